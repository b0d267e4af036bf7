"""Does the dashboard ask for what a running server tells, and for all of it? (OBS-02)"""
# ruff: noqa: TID251 - a real server is asked over the network

import json
import re
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.machine import ROOT
from server.running import RunningServer, small_house

DASHBOARD = ROOT / "deploy" / "grafana" / "limen.json"
PAGE = ROOT / "docs" / "metrics.md"
NAME = re.compile(r"\b(?:http|limen|process)_[a-z_]+\b")
ON_POSTGRES = {
    "limen_database_connections",
    "limen_database_connections_idle",
    "limen_database_connections_waiting",
    "limen_database_retries_total",
}
NOT_SHOWN = {"http_requests_duration_seconds", "http_requests_size_bytes", "http_response_size_bytes"}
"""Told as Kratos tells them, and shown by address or status alone."""


def asked_for() -> set[str]:
    document = json.loads(DASHBOARD.read_text("utf-8"))
    expressions = " ".join(target["expr"] for panel in document["panels"] for target in panel["targets"])
    return {re.sub(r"_(bucket|count|sum)$", "", name) for name in NAME.findall(expressions)}


def told_by(exposition: str) -> set[str]:
    return {
        family.name + ("_total" if family.type == "counter" else "")
        for family in text_string_to_metric_families(exposition)
    }


@pytest.mark.covers("OBS-02")
def test_the_dashboard_asks_for_what_a_running_server_tells_and_for_all_of_it(tmp_path: Path) -> None:
    with RunningServer(tmp_path, small_house()) as server:
        told = told_by(httpx.get(f"{server.admin}/admin/metrics/prometheus").text)
    asked = asked_for()
    assert asked - ON_POSTGRES - told == set()
    assert {name for name in told if name.startswith(("limen_", "http_"))} - NOT_SHOWN - asked == set()
    assert set(NAME.findall(PAGE.read_text("utf-8"))) >= asked - {name for name in asked if name.startswith("process_")}


def test_the_names_that_only_postgres_has_are_its_own() -> None:
    source = (ROOT / "src/limen/storage/postgres/database.py").read_text("utf-8")
    assert set(re.findall(r'"(limen_database_(?:conn|retr)\w+)"', source)) == ON_POSTGRES
