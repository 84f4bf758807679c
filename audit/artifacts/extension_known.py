"""Extensions that many people use and that need wide rights for their work, by the identifiers of their stores; and words for rights.

Identifiers: the projects' own pages and store addresses. One counts only for an extension that came from a store or
a package of the system: a folder can claim any of them.
"""

from __future__ import annotations

KNOWN = frozenset(
    {
        # Blockers of advertisements and tracking
        "cjpalhdlnbpafiamejdnhcphjbkeiagm",  # uBlock Origin
        "odfafepnkmbhccpbejgmiehpchacaeak",  # uBlock Origin
        "uBlock0@raymondhill.net",  # uBlock Origin
        "ddkjiahejlhfcafbddmgiahcphecmpfh",  # uBlock Origin Lite
        "uBOLite@raymondhill.net",  # uBlock Origin Lite
        "cfhdojbkjhnklbpkdaibdccddilifddb",  # Adblock Plus
        "{d10d0bf8-f5b5-c8b4-a8b2-2b9879e08c5d}",  # Adblock Plus
        "gighmmpiobklfepjocnamgkkbiglidom",  # AdBlock
        "jid1-NIfFY2CA8fy1tg@jetpack",  # AdBlock
        "bgnkhhnnamicmpeenaelnjfhikgbkllg",  # AdGuard
        "adguardadblocker@adguard.com",  # AdGuard
        "mlomiejdfkolichcflejclcbmpeaniij",  # Ghostery
        "firefox@ghostery.com",  # Ghostery
        "pkehgijcmpdhfbdbbnkijodmdjhbjlgp",  # Privacy Badger
        "jid1-MnnxcxisBPnSXQ@jetpack",  # Privacy Badger
        "bkdgflcldnnnapblkhphbgpggdiikppg",  # DuckDuckGo
        "jid1-ZAdIEUB7XOzOJw@jetpack",  # DuckDuckGo
        # Password managers
        "nngceckbapebfimnlniiiahkandclblb",  # Bitwarden
        "jbkfoedolllekgbhcbcoahefnbanhhlh",  # Bitwarden
        "{446900e4-71c2-419f-a6a7-df9c091e268b}",  # Bitwarden
        "aeblfdkhhhdcdjpifhhbdiojplfjncoa",  # 1Password
        "{d634138d-c276-4fc8-924b-40a0ea21d284}",  # 1Password
        "hdokiejnpimakedhajhdlcegeplioahd",  # LastPass
        "oboonakemofpalcgghocfoadofidjkkk",  # KeePassXC-Browser
        "keepassxc-browser@keepassxc.org",  # KeePassXC-Browser
        "ghmbeldphafepmbegfdlkpapadhbakde",  # Proton Pass
        "78272b6fa58f4a1abaac99321d503a20@proton.me",  # Proton Pass
        "naepdomgkenhinolocfifgehidddafch",  # Browserpass
        "browserpass@maximbaz.com",  # Browserpass
        # Reading aids and the desktop
        "kgejglhpjiefppelpmljglcjbhoiplfn",  # Screen Reader
        "eimadpbcbfnmbkopoojfekhnkhdbieeh",  # Dark Reader
        "addon@darkreader.org",  # Dark Reader
        "cimiefiiaegbelhefglklhhakcgmhkai",  # Plasma Integration
        "plasma-browser-integration@kde.org",  # Plasma Integration
    }
)
RIGHT_WORDS = {
    "tabs": "your open tabs",
    "history": "your history",
    "cookies": "your sign-ins to sites",
    "webRequest": "what goes to and from each site",
    "scripting": "changes to pages",
    "nativeMessaging": "programs of this computer",
    "debugger": "the inner workings of pages",
    "proxy": "the way that your traffic takes",
    "management": "your other extensions",
    "desktopCapture": "pictures of the screen",
    "tabCapture": "pictures and sound of tabs",
    "clipboardRead": "what you copy",
    "pageCapture": "copies of pages",
}
