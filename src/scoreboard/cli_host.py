"""The command `scoreboard host`: the metric of the same name with options of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scoreboard.terminal import checked_format, columns, done, progress, put

if TYPE_CHECKING:
    from scoreboard.errors import UsageError

Number = float | None


def _number(name: str, text: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(name, help=text)
    return found


def _in_options(error: UsageError) -> UsageError:
    """An error about a parameter as one about the option that sets it."""
    from scoreboard.errors import UsageError
    from scoreboard.metrics import get_metric

    name, _, rest = error.what.partition(" ")
    what = error.what
    if name in {p.name for p in get_metric("host").params}:
        option = "count" if name == "accelerators" else name.replace("_", "-")
        what = f"--{option} {rest}"
    return UsageError(what, where=error.where, valid=error.valid,
                      repair=error.repair or "scoreboard host --help")  # fmt: skip


def host(
    workload: Annotated[str, typer.Argument(help="A named workload; its numbers: options.")] = "",
    model: Annotated[str, typer.Option("--model", help="The model to host.")] = "",
    hardware: Annotated[str, typer.Option("--hardware", help="The accelerator.")] = "",
    count: Annotated[Number, _number("--count", "Accelerators of one machine.")] = None,
    quantisation: Annotated[
        str, typer.Option("--quantisation", help="Format of the weights.")
    ] = "",
    requests: Annotated[Number, _number("--requests", "Requests a day.")] = None,
    prompt: Annotated[Number, _number("--prompt", "Tokens of a prompt.")] = None,
    completion: Annotated[Number, _number("--completion", "Tokens of an answer.")] = None,
    cached: Annotated[Number, _number("--cached", "Share of the prompt read before.")] = None,
    peak: Annotated[Number, _number("--peak", "Busiest hour over the mean.")] = None,
    latency: Annotated[Number, _number("--latency", "Most ms between two tokens; 0: any.")] = None,
    spare: Annotated[Number, _number("--spare", "Machines beyond need.")] = None,
    pay: Annotated[str, typer.Option("--pay", help="hire or purchase.")] = "",
    hire_price: Annotated[Number, _number("--hire-price", "$ an accelerator hour.")] = None,
    load: Annotated[Number, _number("--load", "Share of speed used at most.")] = None,
    staff: Annotated[Number, _number("--staff", "People who look after it.")] = None,
    years: Annotated[Number, _number("--years", "Years of bought hardware.")] = None,
    power_price: Annotated[Number, _number("--power-price", "$ a kilowatt-hour.")] = None,
    benchmark: Annotated[str, typer.Option("--benchmark", help="For an equivalent model.")] = "",
    as_of: Annotated[str | None, typer.Option("--as-of", help="Prices of this day.")] = None,
    format_: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Host a model yourself, or buy from an API?"""
    from scoreboard import api, host_text
    from scoreboard.errors import UsageError
    from scoreboard.metrics import get_metric
    from scoreboard.render import as_document, to_json

    checked_format(format_, ("table", "json"))
    given = {
        "workload": workload, "model": model, "hardware": hardware, "accelerators": count,
        "quantisation": quantisation, "requests": requests, "prompt": prompt,
        "completion": completion, "cached": cached, "peak": peak, "latency": latency,
        "spare": spare, "pay": pay, "hire_price": hire_price, "load": load, "staff": staff,
        "years": years, "power_price": power_price, "benchmark": benchmark, "as_of": as_of,
    }  # fmt: skip
    asked = {k: str(v) for k, v in given.items() if v not in ("", None)}
    try:
        found = api.show("host", asked, progress=progress)
    except UsageError as error:
        raise _in_options(error) from error
    done()
    if json or format_ == "json":
        put(to_json(as_document("host", api.params("host", asked), found)), "json")
    else:
        put(host_text.text(found[0], get_metric("host").finding(found[0]), columns()))
    if found[0].value is None:
        raise typer.Exit(1)
