"""Pages of the docs whose tables are written by what measures them."""


def placed(page: str, marks: tuple[str, str], text: str) -> str:
    """The page with a text between two marks. Raises `ValueError` if it has none."""
    before, _, rest = page.partition(marks[0])
    _, mark, after = rest.partition(marks[1])
    if not mark:
        raise ValueError(f"page: expected {' and '.join(marks)}")
    return f"{before}{marks[0]}\n\n{text}\n\n{marks[1]}{after}"
