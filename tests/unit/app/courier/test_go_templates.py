"""What do operators' templates in Go's syntax make of their data, and what is said of those that cannot be used?"""

import pytest

from limen.app.courier.gotemplate import Kind, parsed, render
from limen.kernel.json_doc import JsonObject
from limen.ports.courier import TemplateBroken

DATA: JsonObject = {
    "To": "ada@house.test",
    "Code": "123456",
    "Minutes": 60,
    "Rate": 0.5,
    "Yes": True,
    "Nothing": None,
    "Names": ["Ada", "Bob"],
    "Identity": {"traits": {"name": {"first": "Ada"}, "n": 3.0}},
    "Evil": "<script>\"'&",
}


def said(source: str, kind: Kind = Kind.TEXT, *others: str) -> str:
    return render(parsed("mail", source, *others), DATA, kind)


def refused(source: str, kind: Kind = Kind.TEXT) -> str:
    with pytest.raises(TemplateBroken) as caught:
        said(source, kind)
    return caught.value.reason


@pytest.mark.covers("COU-11")
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain", "plain"),
        ("{{ .To }} and {{.Code}}", "ada@house.test and 123456"),
        ("{{ .Identity.traits.name.first }}", "Ada"),
        ("{{ $.Identity.traits.n }}", "3"),
        ("[{{ .Identity.traits.name.last.deeper }}]", "[]"),
        ("{{ .Minutes }} {{ .Rate }} {{ .Yes }} [{{ .Nothing }}]", "60 0.5 true []"),
        ("{{ .Names }}", '["Ada","Bob"]'),
        ("{{/* nothing\n to see */}}x", "x"),
        ("a  {{- /* gone */ -}}  b", "ab"),
        ("a\n{{- .Code -}}\n b", "a123456b"),
        ("{{ if .Yes }}y{{ else }}n{{ end }}", "y"),
        ("{{ if .Nothing }}a{{ else if eq .Minutes 60 }}b{{ else }}c{{ end }}", "b"),
        ('{{ if and .Yes (not .Nothing) (or .Nothing "x") }}y{{ end }}', "y"),
        ("{{ range .Names }}{{ . }},{{ end }}", "Ada,Bob,"),
        ("{{ range $i, $n := .Names }}{{ $i }}{{ $n }}{{ $.Code }} {{ end }}", "0Ada123456 1Bob123456 "),
        ("{{ range .Nothing }}x{{ else }}none{{ end }}", "none"),
        ("{{ range $k, $v := .Identity.traits.name }}{{ $k }}={{ $v }}{{ end }}", "first=Ada"),
        ("{{ with .Identity.traits }}{{ .name.first }}{{ else }}x{{ end }}", "Ada"),
        ("{{ with .Nothing }}x{{ else }}{{ .Code }}{{ end }}", "123456"),
        ('{{ .To | upper | printf "%s!" }}', "ADA@HOUSE.TEST!"),
        ('{{ printf "%05d|%-4s|%q|%.2f|%v|%%" 42 "a" "b" .Rate .Yes }}', '00042|a   |"b"|0.50|true|%'),
        ('{{ default "x" .Nothing }}{{ .To | default "y" | trimSuffix ".test" }}', "xada@house"),
        ("{{ len .Names }} {{ index .Names 1 }} {{ len .To }}", "2 Bob 14"),
        ('{{ html "<b>" }} {{ urlquery "a b&c" }} {{ trim "  x " }}', "&lt;b&gt; a+b%26c x"),
        ('{{ eq .To "a" "ada@house.test" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ ge "b" "a" }}', "true true true true"),
        ('{{ $x := "a" }}{{ range .Names }}{{ $x = . }}{{ end }}{{ $x }}', "Bob"),
        ('{{ define "hi" }}Hi {{ . }}{{ end }}{{ template "hi" .Code }}', "Hi 123456"),
        ('{{ block "b" .To }}[{{ . }}]{{ end }}', "[ada@house.test]"),
        (
            '{{ join ", " .Names }} {{ first .Names }} {{ contains "a" "cat" }} {{ replace "a" "o" "cat" }}',
            "Ada, Bob Ada true cot",
        ),
        ("{{ (index .Names 0) | lower }} {{ (.Identity).traits.n }}", "ada 3"),
        ('{{ `raw \\n` }} {{ "tab\\t\\"" }}', 'raw \\n tab\t"'),
        ('{{ ternary "a" "b" .Yes }} {{ coalesce .Nothing "" "c" }} {{ empty .Nothing }}', "a c true"),
    ],
)
def test_what_a_template_says(source: str, text: str) -> None:
    assert said(source) == text


@pytest.mark.covers("COU-11")
@pytest.mark.parametrize(
    ("source", "line", "construct"),
    [
        ("a\n{{ .Missing }}", 2, ".Missing"),
        ('a\n\n{{ env "HOME" }}', 3, "'env'"),
        ("{{ if .Yes }}\nx", 1, "{{end}}"),
        ("x\n{{ end }}", 2, "{{end}}"),
        ("{{ .To", 1, "}}"),
        ("{{ }}", 1, "empty"),
        ("{{ range .Names }}\n{{ break }}{{ end }}", 2, "{{break}}"),
        ("{{ .To.Name }}", 1, ".Name"),
        ("{{ .Identity.Method 1 }}", 1, "arguments"),
        ("{{ range .Minutes }}x{{ end }}", 1, "{{range}}"),
        ('{{ template "none" . }}', 1, '"none"'),
        ("{{ $x }}", 1, "$x"),
        ("{{ $x = 1 }}", 1, "$x"),
        ("{{ 1 | 2 }}", 1, "|"),
        ("{{ if }}x{{ end }}", 1, "missing"),
        ("{{ upper }}", 1, "upper"),
        ('{{ printf "%d" "x" }}', 1, "printf"),
        ("{{ index .Names 7 }}", 1, "index"),
        ("{{ lt .Yes 1 }}", 1, "lt"),
        ("{{ with .Yes }}a{{ else with .To }}b{{ end }}", 1, "{{else"),
        ("{{ (.To }}", 1, "parenthesis"),
        ("{{ .To ; .To }}", 1, ";"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(source: str, line: int, construct: str) -> None:
    reason = refused(source)
    assert f"line {line}:" in reason
    assert construct in reason
    assert "The template mail " in reason


@pytest.mark.parametrize(
    "source",
    [
        '{{ template "a" . }}{{ define "a" }}{{ template "a" . }}{{ end }}',
        "{{ range .Names }}" * 20 + "x" + "{{ end }}" * 20,
        '{{ $x := "0123456789" }}' + "{{ $x = print $x $x $x $x $x $x $x $x $x $x }}" * 9 + "{{ $x }}",
        "{{ if .Yes }}" * 60 + "{{ end }}" * 60,
        "{{ " + "(" * 60 + "1" + ")" * 60 + " }}",
        "x" * 300_000,
        '{{ $x := printf "%0999d" 1 }}{{ join $x (splitList "" (print ' + "$x " * 40 + ")) }}",
    ],
)
def test_a_template_that_never_ends_is_stopped(source: str) -> None:
    refused(source)


def test_nothing_of_the_program_can_be_reached() -> None:
    assert said("[{{ .Identity.__class__ }}]") == "[]"
    refused("{{ .To.__class__ }}")
    refused("{{ .__class__ }}")


@pytest.mark.covers("COU-11")
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>{{ .Evil }}</p>", "<p>&lt;script&gt;&quot;&#x27;&amp;</p>"),
        ('<p title="{{ .Evil }}">', '<p title="&lt;script&gt;&quot;&#x27;&amp;">'),
        ("<a href='{{ .To }}'>", "<a href='ada@house.test'>"),
        ('<a href="{{ print "javascript:alert(1)" }}">', '<a href="#">'),
        ('<a href="{{ print "https://a.test/?a=1&b=2" }}">', '<a href="https://a.test/?a=1&amp;b=2">'),
        ('<a href="https://a.test/{{ print "javascript:x" }}">', '<a href="https://a.test/javascript:x">'),
        ("<!-- {{ .Code }} -->{{ .Code }}", "<!--  -->123456"),
        ("{{ .Evil | html }}", "&lt;script&gt;&quot;&#x27;&amp;"),
        ("<style>a > b {}</style>{{ .Code }}", "<style>a > b {}</style>123456"),
    ],
)
def test_what_is_inserted_into_html_is_no_markup(source: str, text: str) -> None:
    assert said(source, Kind.HTML) == text


@pytest.mark.parametrize(
    "source",
    [
        "<p class={{ .Code }}>",
        "<script>{{ .Code }}</script>",
        '<p onclick="{{ .Code }}">',
        "<style>{{ .Code }}</style>",
        "<p {{ .Code }}>",
    ],
)
def test_places_where_nothing_can_be_made_harmless_are_refused(source: str) -> None:
    refused(source, Kind.HTML)


@pytest.mark.covers("COU-11")
def test_what_is_inserted_into_a_line_cannot_break_it() -> None:
    template = parsed("subject", "Hello {{ .Name }}")
    assert render(template, {"Name": "a\r\nBcc: x\x00\u2028y"}, Kind.LINE) == "Hello a Bcc: x y"


def test_another_source_can_define_what_is_inserted() -> None:
    assert said('{{ template "head" . }}x', Kind.TEXT, '{{ define "head" }}[{{ .Code }}]{{ end }}') == "[123456]x"
