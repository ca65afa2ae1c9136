from tests import durations

TIMES = """<testsuites><testsuite>
<testcase classname="tests.envs.mpe.test_mpe" name="a" time="1.5" />
<testcase classname="tests.envs.mpe.test_mpe" name="b" time="0.5" />
<testcase classname="tests.envs.grid.test_grid" name="a" time="2.5" />
<testcase classname="tests.test_core" name="a" time="0.25" />
</testsuite></testsuites>"""


def test_seconds_are_summed_by_folder_the_largest_first(tmp_path, capsys):
    path = tmp_path / "times.xml"
    path.write_text(TIMES)
    assert list(durations.seconds(str(path)).items()) == [
        ("envs.grid", (2.5, 1)),
        ("envs.mpe", (2.0, 2)),
        ("test_core", (0.25, 1)),
    ]
    durations.main(str(path), "1")
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert printed[1:] == [["4.5", "3", "envs"], ["0.2", "1", "test_core"], ["4.8", "4"]]
