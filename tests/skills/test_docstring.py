from flujo.skills.docstring import Prose, read_docstring


def test_nothing_written() -> None:
    assert read_docstring(None) == read_docstring("") == Prose()


def test_only_a_summary() -> None:
    assert read_docstring("Do it.") == Prose("Do it")


def test_all_parts() -> None:
    text = """Do it well.

    First part
    of it.

    Second part: with a colon.

    Args:
        one: The first
            and more: really.
        two (int, optional): The second.

    Raises:
        ValueError: never.

    Examples:
        {a: 1}

        {b: 2}
    """
    assert read_docstring(text) == Prose(
        "Do it well",
        "First part of it.\n\nSecond part: with a colon.",
        {"one": "The first and more: really.", "two": "The second."},
        ("{a: 1}", "{b: 2}"),
    )


def test_a_summary_over_two_lines_is_one() -> None:
    assert read_docstring("Do it\n    at once.\n\n    Now.") == Prose("Do it at once", "Now.")
