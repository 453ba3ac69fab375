"""Every command of README.md works when it is pasted, in order, into a fresh clone."""

import shutil

import harness
import pytest
from readme_blocks import BLOCK_DEADLINE_S, Step, Terminal, blocks, missing_output
from source_tree import project_files, relative

README = harness.ROOT / "README.md"
BLOCKS = blocks(README.read_text()) if README.exists() else []


def copy_of_the_project(target):
    """What a clone holds, with the program that was built."""
    for path in project_files(harness.ROOT):
        copy = target / relative(harness.ROOT, path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    (target / "build").symlink_to(harness.program().parent)
    return target


@pytest.fixture(scope="module")
def terminal(tmp_path_factory):
    clone = copy_of_the_project(tmp_path_factory.mktemp("readme") / "stator")
    tools = [harness.installed(name) / "bin" for name in ("python-tests", "python-awscli")]
    path = [*tools, harness.program().parent]
    opened = Terminal(clone, path, clone / "Makefile", tmp_path_factory.mktemp("terminal"))
    yield opened
    opened.close()


def test_the_readme_has_commands():
    assert BLOCKS, "README.md has no sh or console block"


@pytest.mark.timeout(2 * BLOCK_DEADLINE_S)
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"line {block.line}")
def test_the_commands_of_the_block_work(terminal, block):
    for step in block.steps:
        terminal.run(step)


# The rest holds this test itself to its word.


@pytest.fixture
def own_terminal(tmp_path):
    makefile = tmp_path / "Makefile"
    makefile.write_text("build: ## Build\n")
    opened = Terminal(tmp_path, [], makefile, tmp_path / "state")
    yield opened
    opened.close()


def test_blocks_of_other_languages_are_no_commands():
    text = "```sh\na\nb\n```\n```yaml\nc: 1\n```\n```console\n$ d \\\n> e\nf\n$ g\n```\n"
    found = blocks(text)
    assert [block.line for block in found] == [1, 8]
    assert found[0].steps == [Step("a\nb\n")]
    assert found[1].steps == [Step("d \\\ne\n", ["f"]), Step("g\n")]


def test_output_must_come_in_order_with_gaps_only_where_dots_stand():
    assert missing_output(["1 row", "took ... s"], "x\n1 row\ny\ntook 3.1 s\n") is None
    assert missing_output(["b", "a"], "a\nb\n") == "a"
    assert missing_output(["took 1 s"], "took 2 s\n") == "took 1 s"


def test_the_terminal_keeps_folder_and_variables(own_terminal, tmp_path):
    own_terminal.run(Step("mkdir deep && cd deep\nexport COLOUR=red\n"))
    own_terminal.run(Step('echo "$COLOUR in $(pwd)"\n', [f"red in {tmp_path}/deep"]))


@pytest.mark.parametrize("commands", ["false\n", "false\ntrue\n", "no-such-program\n"])
def test_a_command_that_fails_is_noticed(own_terminal, commands):
    with pytest.raises(AssertionError, match="exit code"):
        own_terminal.run(Step(commands))


def test_output_that_does_not_come_is_noticed(own_terminal):
    with pytest.raises(AssertionError, match="promised but not printed: 2"):
        own_terminal.run(Step("echo 1\n", ["2"]))


def test_a_make_target_that_is_not_there_is_noticed(own_terminal):
    own_terminal.run(Step("git clone somewhere\ncd stator\nmake build\n"))
    with pytest.raises(AssertionError, match="no target"):
        own_terminal.run(Step("make biuld\n"))
