"""What if: sliders for what could be changed, and before and after side by side.

Others link here with a change filled in: ``links.link_to(change)`` makes the address, such as
``/journeys/what-if/?change={"change":"remove_gate","step":"identity.requested"}``.
"""
