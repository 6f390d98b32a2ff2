"""Maps to draw: a small shop by hand, and Hypothesis strategies for maps of any size."""

from hypothesis import strategies as st

from trayecto.draw import Column, Design, DesignStep, Lane
from trayecto.questions.map import FlowFigures, MapResult, Seconds, StepFigures

HOUR = 3600.0


def flow(source, target, journeys, hours=1.0):
    seconds = Seconds(hours * HOUR, 0.8 * hours * HOUR, 2 * hours * HOUR, 0.0, 9 * hours * HOUR)
    return FlowFigures(source, target, journeys, journeys, seconds)


def step(name, journeys, starts=0, ends=0):
    return StepFigures(name, journeys, journeys, starts, ends)


def shop(scale=1):
    """Four steps in a row, an exception that comes back, a loop and a step back."""
    return MapResult(
        1000 * scale,
        4000 * scale,
        None,
        (
            step("visit", 1000 * scale, starts=1000 * scale),
            step("cart", 800 * scale),
            step("document", 100 * scale),
            step("order", 700 * scale),
            step("delivered", 650 * scale, ends=650 * scale),
        ),
        (
            flow("visit", "cart", 800 * scale),
            flow("cart", "order", 600 * scale),
            flow("cart", "document", 100 * scale, 30),
            flow("document", "order", 90 * scale, 2),
            flow("order", "delivered", 650 * scale, 50),
            flow("cart", "visit", 120 * scale),
            flow("visit", "visit", 40 * scale),
        ),
    )


def shop_design():
    steps = (
        DesignStep("visit", "Visita", "before", "web", 0),
        DesignStep("cart", "Carro", "before", "web", 1),
        DesignStep("document", "Documento de identidad", "buying", "risk", 2, gate=True, exceptional=True),
        DesignStep("order", "Pedido", "buying", "web", 3),
        DesignStep("packaging", "Empaque", "after", "store", 4, measured=False),
        DesignStep("delivered", "Entregado", "after", "store", 5),
    )
    columns = (
        Column("before", "Preventa", "Decisión"),
        Column("buying", "Compra"),
        Column("after", "Posventa"),
    )
    lanes = (Lane("web", "Tienda web"), Lane("risk", "Riesgo"), Lane("store", "Bodega y logística"))
    return Design(steps, columns, lanes)


LABELS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=80
) | st.sampled_from(
    [
        "Pago",
        "Devolución en tienda",
        "order.placed",
        "W" * 40,
        "👟🛒 envío",
        "تم التسليم",
        'a <b> & "c"',
        "配送完了のお知らせ",
    ]
)


@st.composite
def designs(draw, most=60):
    size = draw(st.integers(1, most))
    lanes = tuple(Lane(f"l{n}", draw(LABELS)) for n in range(draw(st.integers(1, 10))))
    columns = tuple(Column(f"c{n}", draw(LABELS), draw(LABELS)) for n in range(draw(st.integers(1, 9))))
    random = draw(st.randoms(use_true_random=False))
    labels = draw(st.lists(LABELS, min_size=1, max_size=12))
    steps = tuple(
        DesignStep(
            f"s{place}",
            random.choice(labels),
            columns[place * len(columns) // size].key,
            random.choice(lanes).key,
            place,
            gate=random.random() < 0.1,
            exceptional=random.random() < 0.4,
            measured=random.random() > 0.1,
        )
        for place in range(size)
    )
    return Design(steps, columns, lanes)


@st.composite
def results(draw, names):
    """A map of these steps: some without events, flows between any of them."""
    random = draw(st.randoms(use_true_random=False))
    seen = [name for name in names if random.random() < 0.9]
    steps = tuple(
        StepFigures(
            name, 2 * (count := int(10 ** (5 * random.random()))), count, random.randint(0, count), count // 3
        )
        for name in seen
    )
    pairs = {(random.choice(seen), random.choice(seen)) for _ in range(5 * len(seen))} if seen else set()
    flows = tuple(
        flow(*pair, int(10 ** (5 * random.random())), 10 ** (3 * random.random())) for pair in sorted(pairs)
    )
    return MapResult(100_000, 500_000, None, steps, flows)


@st.composite
def maps(draw, most=60):
    """A map and perhaps a design for it."""
    design = draw(designs(most))
    result = draw(results([one.step for one in design.steps]))
    return result, draw(st.sampled_from([design, None]))
