"""The flow conserves what it counts, and the picture keeps everything apart."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from placet.portal.lineage.flows import Column, Flow, Group, Node, Rests, end_before, flow_of
from placet.portal.lineage.river_layout import GAP, layout_of

FINDINGS = ("f1", "f2", "f3")
rests = st.builds(
    Rests,
    proposal=st.sampled_from(("p1", "p2")),
    decision=st.sampled_from((None, "d1", "d2")),
    commitments=st.lists(st.sampled_from(("c1", "c2")), unique=True).map(tuple),
)
groups = st.dictionaries(
    st.builds(
        Group,
        source=st.sampled_from(("s1", "s2", "s3")),
        theme=st.sampled_from((None, "t1", "t2")),
        findings=st.frozensets(st.sampled_from(FINDINGS)),
    ),
    st.integers(0, 5_000),
    max_size=12,
)
aboves = st.dictionaries(st.sampled_from(FINDINGS), st.lists(rests, max_size=4))


def entering(flow: Flow, node: Node) -> Fraction:
    return sum((w for (_s, target), w in flow.link_widths.items() if target == node), Fraction())


def leaving(flow: Flow, node: Node) -> Fraction:
    return sum((w for (source, _t), w in flow.link_widths.items() if source == node), Fraction())


@given(groups, aboves)
def test_what_enters_leaves_or_ends(counted: dict[Group, int], above: dict[str, list[Rests]]) -> None:
    flow = flow_of(counted, above)
    total = sum(counted.values())
    assert sum(w for node, w in flow.widths.items() if node.column == Column.INPUTS) == total
    for node, width in flow.widths.items():
        if node.column > Column.INPUTS:
            assert entering(flow, node) == width
        if not node.is_end and node.column < Column.COMMITMENTS:
            assert leaving(flow, node) == width
    ended = sum(w for node, w in flow.widths.items() if node.is_end)
    arrived = sum(
        w for node, w in flow.widths.items() if node.column == Column.COMMITMENTS and not node.is_end
    )
    assert ended + arrived == total
    assert sum(flow.furthest.values()) == total
    assert all(flow.counts[node] >= width for node, width in flow.widths.items())


@given(groups, aboves)
def test_what_is_drawn_together_conserves_too(
    counted: dict[Group, int], above: dict[str, list[Rests]]
) -> None:
    def together(node: Node) -> Node:
        return node if node.is_end or node.is_passing else Node(node.column, "others")

    flow, drawn = flow_of(counted, above), flow_of(counted, above, shown_as=together)
    for column in Column:
        for is_end in (True, False):
            assert sum(w for n, w in flow.widths.items() if (n.column, n.is_end) == (column, is_end)) == sum(
                w for n, w in drawn.widths.items() if (n.column, n.is_end) == (column, is_end)
            )
    assert drawn.furthest == flow.furthest


@given(groups, aboves)
def test_nothing_overlaps_and_the_same_flow_is_the_same_picture(
    counted: dict[Group, int], above: dict[str, list[Rests]]
) -> None:
    layout = layout_of(flow_of(counted, above))
    again = layout_of(flow_of(dict(reversed(counted.items())), above))
    assert layout == again
    by_column: dict[float, list[tuple[float, float]]] = {}
    for box in layout.boxes:
        by_column.setdefault(box.x, []).append((box.y, box.bottom))
    for found in by_column.values():
        found.sort()
        for (_top, bottom), (following, _bottom) in pairwise(found):
            assert bottom + GAP <= following + 1e-6
    boxes = {box.node: box for box in layout.boxes}
    for ribbon in layout.ribbons:
        source, target = (boxes[node] for node in ribbon.edge)
        assert source.y - 1e-6 <= ribbon.y0
        assert ribbon.y0 + ribbon.thickness <= source.bottom + 1e-6
        assert target.y - 1e-6 <= ribbon.y1
        assert ribbon.y1 + ribbon.thickness <= target.bottom + 1e-6
    assert all(box.bottom <= layout.height for box in layout.boxes)


def test_a_shared_input_is_divided_and_counted_once_in_each() -> None:
    group = Group("s", None, frozenset({"f1", "f2"}))
    flow = flow_of({group: 10}, {"f1": [Rests("p", "d", ("c",))], "f2": []})
    f1, f2 = Node(Column.FINDINGS, "f1"), Node(Column.FINDINGS, "f2")
    assert (flow.widths[f1], flow.widths[f2]) == (5, 5)
    assert (flow.counts[f1], flow.counts[f2]) == (10, 10)
    assert flow.widths[end_before(Column.PROPOSALS)] == 5
    assert flow.furthest == {Column.COMMITMENTS: 10}


def test_a_river_without_inputs_is_empty() -> None:
    layout = layout_of(flow_of({}, {}))
    assert (layout.boxes, layout.ribbons) == ([], [])
