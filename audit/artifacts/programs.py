"""Programs by the names of their files: what people and systems ordinarily run near cameras, microphones and keyboards.

A name counts only where an ordinary account could not have put the file (`Process.from_system`): any program can be given
any name. Sources: the packages' lists of files in Debian 12, and the vendors' packages for the rest.
"""

from __future__ import annotations

BROWSERS = {
    "brave": "Brave",
    "chrome": "Google Chrome",
    "chromium": "Chromium",
    "epiphany": "GNOME Web",
    "falkon": "Falkon",
    "firefox": "Firefox",
    "firefox-bin": "Firefox",
    "firefox-esr": "Firefox",
    "librewolf": "LibreWolf",
    "msedge": "Microsoft Edge",
    "opera": "Opera",
    "vivaldi-bin": "Vivaldi",
    "WebKitWebProcess": "GNOME Web",
}
CALLS_AND_CAMERAS = {
    "arecord": "arecord",
    "audacity": "Audacity",
    "cheese": "Cheese",
    "discord": "Discord",
    "Discord": "Discord",
    "element-desktop": "Element",
    "gnome-sound-recorder": "Sound Recorder",
    "guvcview": "guvcview",
    "jami": "Jami",
    "kamoso": "Kamoso",
    "linphone": "Linphone",
    "obs": "OBS Studio",
    "signal-desktop": "Signal",
    "skypeforlinux": "Skype",
    "slack": "Slack",
    "snapshot": "GNOME Camera",
    "teams": "Teams",
    "teams-for-linux": "Teams",
    "telegram-desktop": "Telegram",
    "zoom": "Zoom",
}
MEDIA_SERVERS = {
    "pipewire": "PipeWire",
    "pipewire-media-session": "PipeWire",
    "pulseaudio": "PulseAudio",
    "wireplumber": "WirePlumber",
}
# What records a camera as a service: the files of Debian's motion, zoneminder and ustreamer.
RECORDERS = {"motion": "Motion", "ustreamer": "ustreamer", "zmpkg.pl": "ZoneMinder"}
# Programs that listen to draw a level bar, or to filter noise, while they are open.
MIXERS = {
    "easyeffects": "Easy Effects",
    "gnome-control-center": "GNOME Settings",
    "gnome-shell": "GNOME Shell",
    "kmix": "KMix",
    "mate-volume-control": "MATE Sound Preferences",
    "pavucontrol": "Volume Control",
    "pavucontrol-qt": "Volume Control",
    "plasmashell": "KDE Plasma",
    "pulseeffects": "PulseEffects",
    "systemsettings": "KDE System Settings",
}
_DISPLAY = (
    "X Xorg Xwayland Hyprland cage cosmic-comp enlightenment gamescope gnome-shell kwin_wayland kwin_x11 labwc mutter niri phoc "
    "river sway wayfire weston"
)
_SERVICES = (
    "acpid bluetoothd elogind elogind-daemon fwupd gpm inputattach kmscon lircd plymouthd seatd spice-vdagentd systemd-logind thd "
    "thermald upowerd qemu-system-x86_64"
)
_ASSISTIVE = "brltty espeakup onboard orca speech-dispatcher"
_REMAPPERS_AND_DEVICES = (
    "actkbd antimicrox ckb-next-daemon esekeyd evremap evsieve fusuma input-remapper-reader-service input-remapper-service joycond "
    "kanata keyd kmonad libinput-debug-events libinput-gestures logid openrgb ratbagd sc-controller solaar steam touchegg udevmon "
    "xboxdrv xkeysnail xremap ydotoold"
)
# What reads keyboards or presses keys because that is its work. Browsers read game controllers and password keys.
INPUT_PROGRAMS = frozenset(
    [*f"{_DISPLAY} {_SERVICES} {_ASSISTIVE} {_REMAPPERS_AND_DEVICES}".split(), *BROWSERS],
)
