"""The only writes of journeys: install a blueprint or a value model, build the logs."""

from recorrido.journeys.actions.build import build_now, carry_out, carry_out_aside, run_build
from recorrido.journeys.actions.drafts import (
    draft_of_text,
    drop_draft,
    edit_installed,
    install_draft,
    propose_draft,
    write_draft,
    write_draft_text,
)
from recorrido.journeys.actions.fresh import follow
from recorrido.journeys.actions.install import install_blueprint
from recorrido.journeys.actions.requests import request_build, request_stale_builds
from recorrido.journeys.actions.values import install_values

__all__ = [
    "build_now",
    "carry_out",
    "carry_out_aside",
    "draft_of_text",
    "drop_draft",
    "edit_installed",
    "follow",
    "install_blueprint",
    "install_draft",
    "install_values",
    "propose_draft",
    "request_build",
    "request_stale_builds",
    "run_build",
    "write_draft",
    "write_draft_text",
]
