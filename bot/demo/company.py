"""The company of the demo: a dozen people of nobody's acquaintance, a few channels, our app."""

from __future__ import annotations

from typing import Any

TEAM = "T0DEMO"
APP = "A0CANDOR"
BOT = "U0CANDOR"
BOT_TOKEN = "xoxb-demo"  # noqa: S105
APP_TOKEN = "xapp-demo"  # noqa: S105

PEOPLE = {  # id: (name, role, zone)
    "U01MAPLE": ("maple", "Product", "Europe/Berlin"),
    "U02BIRCH": ("birch", "Engineering", "Europe/Berlin"),
    "U03CEDAR": ("cedar", "Engineering", "America/New_York"),
    "U04HAZEL": ("hazel", "Design", "Europe/Lisbon"),
    "U05ROWAN": ("rowan", "Operations", "Asia/Kolkata"),
    "U06ASPEN": ("aspen", "Engineering", "America/New_York"),
    "U07LINDEN": ("linden", "Support", "Europe/Berlin"),
    "U08ALDER": ("alder", "Data", "Asia/Kolkata"),
    "U09HOLLY": ("holly", "Engineering", "Europe/Lisbon"),
    "U10JUNIPER": ("juniper", "Research", "America/New_York"),
    "U11LAUREL": ("laurel", "Finance", "Europe/Berlin"),
    "U12WILLOW": ("willow", "Engineering manager", "Europe/Berlin"),
}
CHANNELS = {  # id: (name, purpose, how many of the people above)
    "C01CHECKOUT": ("team-checkout", "The people who build the checkout", 8),
    "C02PLATFORM": ("team-platform", "The people who keep it running", 5),
    "C03EVERYONE": ("everyone", "All of us", 12),
}


def workspace(base_url: str) -> dict[str, Any]:
    """The configuration that local-slack reads."""
    people = list(PEOPLE)
    return {
        "workspace": {"name": "Grove (a demo)", "domain": "grove-demo", "teamId": TEAM},
        "apps": [
            {
                "appId": APP,
                "botUserId": BOT,
                "botName": "candor",
                "botToken": BOT_TOKEN,
                "appToken": APP_TOKEN,
                "signingSecret": "unused",
                "mode": "socket",
                "requestUrl": base_url,
            }
        ],
        "users": [
            {"id": key, "name": name, "real_name": f"{name.title()} ({role})", "tz": zone}
            for key, (name, role, zone) in PEOPLE.items()
        ],
        "channels": [
            {"id": key, "name": name, "purpose": purpose, "members": [*people[:count], BOT]}
            for key, (name, purpose, count) in CHANNELS.items()
        ],
    }
