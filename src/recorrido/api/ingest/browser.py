"""What the browser libraries ask for before they send: their settings."""

from __future__ import annotations

import msgspec

_ALWAYS = {"enabled": True, "integrations": {}}


def settings_for(write_key: str, api_host: str, protocol: str) -> bytes:
    """The settings of a source, as the library reads them: one destination, ourselves; nothing told to anybody else."""
    ours = {
        "apiKey": write_key,
        "apiHost": api_host,
        "protocol": protocol,
        "unbundledIntegrations": [],
        "addBundledMetadata": False,
        "maybeBundledConfigIds": {},
        "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
    }
    return msgspec.json.encode(
        {
            "integrations": {"Segment.io": ours},
            "plan": {name: {"__default": _ALWAYS} for name in ("track", "identify", "group")},
            "edgeFunction": {},
            "analyticsNextEnabled": True,
            "middlewareSettings": {},
            "enabledMiddleware": {},
            "metrics": {"sampleRate": 0, "host": api_host},
            "legacyVideoPluginsEnabled": False,
            "remotePlugins": [],
        }
    )


def source_config_for(source: str) -> bytes:
    """The same for RudderStack's library: nobody else is told anything, and it tells nobody how it is doing."""
    quiet = {"errors": {"enabled": False}, "metrics": {"enabled": False}}
    ours = {"id": source, "name": source, "workspaceId": "", "enabled": True, "destinations": []}
    return msgspec.json.encode({"source": ours | {"config": {"statsCollection": quiet}}})
