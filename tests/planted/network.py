"""Who can read, steer or block what the machine asks the network for: added certificates, proxies, name lists, name servers."""

from __future__ import annotations

from pathlib import Path

from tests.planted.base import Fact, Tree

# Made with openssl: an authority called Home Filter Root, and a server's own certificate as ssl-cert makes one.
ROOT = """\
-----BEGIN CERTIFICATE-----
MIIBwTCCAWegAwIBAgIUKHWRd0O4CqRaoggldX3xUeCl4fMwCgYIKoZIzj0EAwIw
NTEYMBYGA1UECgwPSG9tZSBGaWx0ZXIgTHRkMRkwFwYDVQQDDBBIb21lIEZpbHRl
ciBSb290MCAXDTI2MTEyMTA4MzcxMloYDzIxMjYxMDI4MDgzNzEyWjA1MRgwFgYD
VQQKDA9Ib21lIEZpbHRlciBMdGQxGTAXBgNVBAMMEEhvbWUgRmlsdGVyIFJvb3Qw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARNvP+9hSQAxSv7yrjp0THZYsg8oWuf
leq4dfJgcOxQImdHhBtRHhPR0G83TsfDGutjdIHugSEcd+msvZHrHiP+o1MwUTAd
BgNVHQ4EFgQUTiLbFEFtV66BqiUyVCOuorfp/fswHwYDVR0jBBgwFoAUTiLbFEFt
V66BqiUyVCOuorfp/fswDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBF
AiEA/PGocMJN0It7IHvaJAI1J0tHL/gHpA0rwIyKIhg2+W8CIDahOWJdiQuxya40
9d3hcvzlDeo1DshZqe7s4srAiVQ3
-----END CERTIFICATE-----
"""
SERVER = """\
-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIULLV9ewBi/JZ+n7HcZOrJmf6j2bEwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbGFwdG9wMCAXDTI2MTEyMTA4MzcxM1oYDzIxMjYxMDI4MDgz
NzEzWjARMQ8wDQYDVQQDDAZsYXB0b3AwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AARNvP+9hSQAxSv7yrjp0THZYsg8oWufleq4dfJgcOxQImdHhBtRHhPR0G83TsfD
GutjdIHugSEcd+msvZHrHiP+o00wSzAdBgNVHQ4EFgQUTiLbFEFtV66BqiUyVCOu
orfp/fswHwYDVR0jBBgwFoAUTiLbFEFtV66BqiUyVCOuorfp/fswCQYDVR0TBAIw
ADAKBggqhkjOPQQDAgNIADBFAiEAokb9CA+nduIBXElxKCrmIChL3gtuagszNr4E
8mevGFQCIHudhBnC9BkBlGw9sLd1w/05eGbQ4POy6ybe/IyT9iDZ
-----END CERTIFICATE-----
"""
NAME = "Home Filter Root (596009457c02)"
MOZILLA = "/usr/share/ca-certificates/mozilla"
FIREFOX = "~/.mozilla/firefox/planted.network"
SHARED = "~/.pki/nssdb"
CONNECTION = "/etc/NetworkManager/system-connections/Home.nmconnection"
LEASES = "/var/lib/misc/dnsmasq.leases"
STORE = "/usr/libexec/xdg-permission-store"
PLACES = "~/.local/share/flatpak/db/location"
FACTS = (
    Fact("network/root-certificates", NAME, "an authority added to the system", "update-ca-certificates"),
    Fact("network/browser-certificates", f"Firefox/planted.network: {NAME}", "added to a Firefox profile", "certutil"),
    Fact("network/browser-certificates", f"Chromium browsers/every profile: {NAME}", "added to what Chromium browsers share", "certutil"),
    Fact("network/proxy", "GNOME and most browsers: 192.0.2.9:3128", "a proxy of the desktop", "dconf"),
    Fact("network/proxy", "Firefox: 127.0.0.1:8080", "a proxy on this machine, of one profile"),
    Fact("network/proxy", "programs started after login: proxy.example.org:3128", "a proxy in a login file"),
    Fact("network/proxy", "KDE and most browsers: http://192.0.2.9/proxy.pac", "a script of the desktop"),
    Fact("network/help-sites-blocked", "www.thehotline.org", "a helpline does not open"),
    Fact("network/help-sites-blocked", "refuge.org.uk", "dnsmasq gives another machine's address"),
    Fact("network/name-servers", f"CleanBrowsing in {CONNECTION}", "a connection asks a service for families", "nmcli"),
    Fact("network/name-servers", "NextDNS in /etc/systemd/resolved.conf.d/dns.conf", "a service that keeps a list for an account"),
    Fact("network/lan-cameras", "Hikvision 04-03-12-0a-0b-0c", "a camera maker's device on this machine's hotspot"),
    Fact("network/location-sharing", f"org.example.Where in {PLACES}", "an app may know the place", STORE),
    Fact("network/location-sharing", "whereabouts in /etc/geoclue/geoclue.conf", "so may another, past the question"),
)  # fmt: skip
GEOCLUE = (
    "[agent]\nwhitelist=gnome-shell\n\n[wifi]\nenable=true\n\n[firefox]\nallowed=true\nsystem=false\nusers=\n"
)
HOSTS = "/etc/hosts"


def plant(tree: Tree) -> None:
    system_certificates(tree, ROOT)
    for folder in (FIREFOX, SHARED):
        browser_certificates(tree, folder, ROOT)
    tree.write(f"{FIREFOX}/user.js", firefox_proxy(1, "127.0.0.1", 8080))
    dconf(tree, mode="'manual'", https__host="'192.0.2.9'", https__port="3128")
    tree.write("/etc/profile.d/web.sh", "export https_proxy=http://alice:secret@proxy.example.org:3128/\n")
    tree.write(
        "~/.config/kioslaverc",
        "[Proxy Settings]\nProxyType=2\nProxy Config Script=http://192.0.2.9/proxy.pac\n",
    )
    more_hosts(tree, "0.0.0.0 www.thehotline.org\n")
    tree.write("/etc/NetworkManager/dnsmasq.d/home.conf", "address=/refuge.org.uk/203.0.113.7\n")
    connection(tree, "185.228.168.168 185.228.169.168")
    tree.write("/etc/systemd/resolved.conf.d/dns.conf", "[Resolve]\nDNS=45.90.28.77#abc123.dns.nextdns.io\n")
    tree.write(LEASES, "1763700000 04:03:12:0a:0b:0c 10.42.0.17 ipc *\n")
    location(tree, "org.example.Where", "EXACT")
    tree.write("/etc/geoclue/geoclue.conf", GEOCLUE + "\n[whereabouts]\nallowed=true\nsystem=true\nusers=\n")


def clean(tree: Tree) -> None:
    """Mozilla's certificates, empty lists of browsers, no proxy, a list against advertisements, a public name server, a telephone."""
    system_certificates(tree, "")
    tree.write("/etc/ssl/certs/ssl-cert-snakeoil.pem", SERVER)
    for folder in (FIREFOX, SHARED):
        browser_certificates(tree, folder, "")
    tree.write(f"{FIREFOX}/user.js", firefox_proxy(5, "127.0.0.1", 8080))
    dconf(tree, mode="'none'", https__host="'192.0.2.9'", https__port="3128")
    tree.write("~/.config/kioslaverc", "[Proxy Settings]\nProxyType=0\nhttpProxy=http://192.0.2.9 3128\n")
    more_hosts(tree, "".join(f"0.0.0.0 ads{number}.example.net\n" for number in range(20_000)))
    connection(tree, "1.1.1.1 192.168.1.1")
    tree.write(LEASES, "1763700000 da:a1:19:0a:0b:0c 10.42.0.18 phone 01:da:a1:19:0a:0b:0c\n")
    location(tree, "org.gnome.Maps", "CITY")
    tree.write("/etc/geoclue/geoclue.conf", GEOCLUE)


def system_certificates(tree: Tree, added: str) -> None:
    """Three of Mozilla's list as Debian's package brings them, one more of the administrator's, and update-ca-certificates over them."""
    names = sorted(path.name for path in Path(MOZILLA).glob("*.crt"))[:3]
    for name in names:
        tree.write(f"{MOZILLA}/{name}", Path(MOZILLA, name).read_bytes())
    tree.write("/etc/ca-certificates.conf", "".join(f"mozilla/{name}\n" for name in names))
    brought = "".join(f"{MOZILLA}/{name}\n" for name in names)
    tree.write("/var/lib/dpkg/info/ca-certificates.list", f"/.\n{brought}")
    if added:
        tree.write("/usr/local/share/ca-certificates/filter.crt", added)
    if tree.has("update-ca-certificates"):
        tree.at("/etc/ssl/certs").mkdir(parents=True, exist_ok=True)
        places = {
            "certsconf": "/etc/ca-certificates.conf", "certsdir": "/usr/share/ca-certificates",
            "localcertsdir": "/usr/local/share/ca-certificates", "etccertsdir": "/etc/ssl/certs", "hooksdir": "/etc/ca-certificates/update.d",
        }  # fmt: skip
        options = [word for name, path in places.items() for word in (f"--{name}", str(tree.at(path)))]
        tree.run(["update-ca-certificates", *options])


def browser_certificates(tree: Tree, folder: str, added: str) -> None:
    place = tree.at(folder)
    place.mkdir(parents=True, exist_ok=True)
    if not tree.has("certutil"):
        return
    database = ["-d", f"sql:{place}"]
    tree.run(["certutil", "-N", *database, "--empty-password"])
    if added:
        file = tree.write("~/Downloads/filter.pem", added)
        tree.run(["certutil", "-A", *database, "-n", "Home Filter Root", "-t", "CT,,", "-i", str(file)])


def firefox_proxy(kind: int, host: str, port: int) -> str:
    return (
        f'user_pref("network.proxy.type", {kind});\nuser_pref("network.proxy.http", "{host}");\n'
        f'user_pref("network.proxy.http_port", {port});\n'
    )


def dconf(tree: Tree, **values: str) -> None:
    if tree.has("dconf") and tree.has("dbus-run-session"):
        lines = [
            f'dconf write /system/proxy/{name.replace("__", "/")} "{value}"' for name, value in values.items()
        ]
        tree.run(["dbus-run-session", "--", "sh", "-ec", "\n".join(lines)])


def more_hosts(tree: Tree, lines: str) -> None:
    tree.write(HOSTS, tree.at(HOSTS).read_text() + lines)


def connection(tree: Tree, servers: str) -> None:
    if tree.has("nmcli"):
        add = ["nmcli", "--offline", "connection", "add", "type", "ethernet", "con-name", "Home"]
        tree.write(CONNECTION, tree.run([*add, "ipv4.dns", servers, "ipv4.ignore-auto-dns", "yes"]), 0o600)


def location(tree: Tree, app: str, accuracy: str) -> None:
    """A grant in the portal's own store, by the program that keeps it."""
    if tree.has(STORE) and tree.has("gdbus") and tree.has("dbus-run-session"):
        name = "org.freedesktop.impl.portal.PermissionStore"
        call = f"gdbus call --session --dest {name} --object-path /{name.replace('.', '/')} --method {name}"
        script = (
            f"{STORE} & store=$!\ngdbus wait --session --timeout 20 {name}\n"
            f"{call}.SetPermission location true location {app} \"['{accuracy}', '1763683675']\"\n"
            f"{call}.Lookup location location\nsleep 1\nkill $store\nwait $store || true\n"
        )
        tree.run(["dbus-run-session", "--", "sh", "-ec", script])
