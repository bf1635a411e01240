"""The only commit in the code is the unit of work's."""

from tests.house import sources

ALLOWED = "responder/platform/work.py"


def test_nothing_commits_but_the_unit_of_work() -> None:
    found = {
        f"{path}:{call.lineno}"
        for path, tree in sources.modules().items()
        if path != ALLOWED
        for call in sources.calls(tree)
        if sources.called(call) in ("commit", "autocommit_block")
    }
    assert not found


def test_the_unit_of_work_commits_once() -> None:
    tree = sources.modules()[ALLOWED]
    assert [sources.called(call) for call in sources.calls(tree)].count("commit") == 1
