"""Is a program laid out the usual way, and does it still mean the same? (CLI-17)"""

from pathlib import Path

import pytest
import rjsonnet
from click.testing import CliRunner, Result

from limen.cli.jsonnet.commands import jsonnet
from limen.cli.jsonnet.layout import formatted
from limen.cli.jsonnet.tokens import Unreadable

LONG = """
local f(x,y=2)=x+y*-1;   # adds
{
"a b": 1, "name" :"it's",   // who
list:[1,2 , 3][0:2], text: |||
    abc
      def
|||,
x:: f(1,y=3), yes: !true||false, neg: -1,
arr: [x for x in [1,2] if x>1], nested: {deep: {deeper: @"c:\\d"}}+{more: if 1>0 then 'x' else "y"},
}
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(jsonnet, list(arguments))


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        ("{a:1}", "{ a: 1 }"),
        ("{ }", "{}"),
        ('{"a":"b"}', "{ a: 'b' }"),
        ('{"a-b":"it\'s"}', "{ 'a-b': \"it's\" }"),
        ('{"local":1}', "{ 'local': 1 }"),
        ("[1,2][ 0 : 1 ]", "[1, 2][0:1]"),
        ("std.map( function(x) x+1,[-1,!true] )", "std.map(function(x) x + 1, [-1, !true])"),
        ("local a=1;a", "local a = 1; a"),
        ("{\na:1,\n\n\n\nb+:{c::2},\n}", "{\n  a: 1,\n\n  b+: { c:: 2 },\n}"),
        ("if a==1 then b else c", "if a == 1 then b else c"),
        ("$.a+super.b", "$.a + super.b"),
        ("1 // why\n+2", "1  // why\n+ 2"),
    ],
)
def test_spaces_margins_and_quotes(written: str, usual: str) -> None:
    assert formatted(written) == f"{usual}\n"


def test_what_was_laid_out_means_the_same_and_stays_so() -> None:
    once = formatted(LONG)
    assert rjsonnet.evaluate_snippet("new", once) == rjsonnet.evaluate_snippet("old", LONG)
    assert formatted(once) == once
    assert "# adds" in once
    assert "// who" in once


@pytest.mark.parametrize("text", ["{a: §}", "'open", "/* open"])
def test_what_is_no_jsonnet_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(Unreadable, match="line 2"):
        formatted(f"\n{text}")


def test_files_are_printed_or_changed(tmp_path: Path) -> None:
    file = tmp_path / "mapper.jsonnet"
    file.write_text("{a:1}")
    assert (run("format", str(file)).stdout, file.read_text()) == ("{ a: 1 }\n", "{a:1}")
    assert run("format", "--write", str(tmp_path / "*.jsonnet")).exit_code == 0
    assert file.read_text() == "{ a: 1 }\n"


def test_a_program_is_judged_without_being_run(tmp_path: Path) -> None:
    sound, broken = tmp_path / "sound.jsonnet", tmp_path / "broken.jsonnet"
    sound.write_text("local c = std.extVar('claims'); { a: c.email, b: error 'never' }")
    broken.write_text("{ a: }")
    assert run("lint", str(sound)).exit_code == 0
    refused = run("lint", str(sound), str(broken))
    assert (refused.exit_code, "broken.jsonnet" in refused.stderr) == (1, True)
    assert run("format", str(broken)).exit_code == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    refused = run("format", str(tmp_path / "none.jsonnet"))
    assert (refused.exit_code, "none.jsonnet" in refused.stderr) == (1, True)
