"""A report in Markdown as one web page that holds its pictures."""

import base64
import html
from collections.abc import Sequence
from pathlib import Path


def page_of(text: str, out: Path, title: str) -> str:
    """The report as one HTML file that holds its pictures."""
    body: list[str] = []
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            body.append(f"<h{level}>{html.escape(line[level:].strip())}</h{level}>")
        elif line.startswith("!["):
            alt, _, name = line[2:-1].partition("](")
            data = base64.b64encode((out / name).read_bytes()).decode()
            body.append(f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{data}">')
        elif line.startswith("```"):
            code = []
            for inner in lines:
                if inner.startswith("```"):
                    break
                code.append(html.escape(inner))
            body.append("<pre>" + "\n".join(code) + "</pre>")
        elif line.startswith("|---"):
            continue
        elif line.startswith("|"):
            cells = [html.escape(cell.strip()) for cell in line.strip("|").split("|")]
            body.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        elif line:
            body.append(f"<p>{html.escape(line)}</p>")
        else:
            body.append("")
    joined = _with_tables(body)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style><main>{joined}</main></html>\n"
    )


def _with_tables(body: Sequence[str]) -> str:
    """Rows that follow each other become a table, the first of them its head."""
    out, inside = [], False
    for part in body:
        row = part.startswith("<tr>")
        if row and not inside:
            part = "<table>" + part.replace("td>", "th>")
        if inside and not row:
            out.append("</table>")
        inside = row
        out.append(part)
    return "\n".join([*out, "</table>"] if inside else out)


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#223;background:#fff}"
    "main{max-width:60rem;margin:2rem auto;padding:0 1rem}img{max-width:100%;display:block}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{padding:.3rem .8rem;text-align:left;"
    "border-bottom:1px solid #dde}pre{background:#f4f4f8;padding:1rem;overflow-x:auto}"
)
