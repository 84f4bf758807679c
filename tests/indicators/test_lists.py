from __future__ import annotations

import pytest

from audit.indicators import lists
from audit.indicators.loader import IndicatorError

SOURCES = "about: x\nsources:\n  a: {name: n, place: 'https://example.org', dated: 2026-01-31}\n"


def test_what_ships_is_read() -> None:
    sites = lists.sites()
    assert {sites["thehotline.org"], sites["malwarebytes.com"], sites["accounts.google.com"]} == set(
        lists.SITE_KINDS
    )
    assert lists.camera_makers()["040312"].name == "Hikvision"
    assert lists.camera_makers()["040312"].source.dated.isoformat() == "2022-08-27"
    filters = {each.filters for each in lists.name_servers()}
    assert filters == set(lists.FILTERS)


def test_no_address_belongs_to_two_services() -> None:
    addresses = [address for each in lists.name_servers() for address in each.addresses]
    hosts = [host for each in lists.name_servers() for host in each.hosts]
    assert len(addresses) == len(set(addresses))
    assert len(hosts) == len(set(hosts))


def test_no_prefix_is_one_that_devices_choose_themselves() -> None:
    assert not [prefix for prefix in lists.camera_makers() if int(prefix[:2], 16) & 0x03]


def test_each_kind_of_row() -> None:
    assert lists.sites_of(SOURCES + "sites: [{kind: help, source: a, names: [a.org, b.org]}]", "x") == {
        "a.org": "help",
        "b.org": "help",
    }
    servers = "servers: [{name: S, filters: family, source: a, addresses: ['2001:DB8::1'], networks: [192.0.2.0/24]}]"
    (found,) = lists.name_servers_of(SOURCES + servers, "x")
    assert (found.addresses, found.networks, found.hosts) == (
        frozenset({"2001:db8::1"}),
        ("192.0.2.0/24",),
        (),
    )


@pytest.mark.parametrize(
    "text",
    [
        "sites: [{kind: help, source: b, names: [a.org]}]",
        "sites: [{kind: odd, source: a, names: [a.org]}]",
        "sites: [{kind: help, source: a, names: [a.org, a.org]}]",
        "sites: [{kind: help, source: a, names: [Not A Name]}]",
        "sites: [{kind: help, source: a, names: a.org}]",
        "sites: [{kind: help, source: a, names: [a.org], more: x}]",
        "sites: [{kind: help, names: [a.org]}]",
        "sites: [x]",
        "other: []",
        "sites: [",
    ],
)
def test_mistakes_name_their_file(text: str) -> None:
    with pytest.raises(IndicatorError, match="^list.yaml: "):
        lists.sites_of(SOURCES + text, "list.yaml")


def test_a_source_without_a_day_is_refused() -> None:
    with pytest.raises(IndicatorError):
        lists.sites_of("about: x\nsources: {a: {name: n, place: p, dated: soon}}\nsites: []", "x")


def test_an_address_that_is_none_is_refused() -> None:
    row = "servers: [{name: S, filters: family, source: a, addresses: [300.1.1.1]}]"
    with pytest.raises(IndicatorError):
        lists.name_servers_of(SOURCES + row, "x")


def test_a_prefix_that_is_none_is_refused() -> None:
    with pytest.raises(IndicatorError):
        lists.camera_makers_of(
            SOURCES + "makers: [{name: M, sells: cameras, source: a, prefixes: ['04031']}]", "x"
        )
