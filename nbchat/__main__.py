"""The command line: `nbchat serve`, `models`, `check`, `trust`; `python -m nbchat` is the same."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nbchat import __version__
from nbchat.errors import BadSettings, NbchatError, NotThere
from nbchat.wording import first_line, printing_as_can_be

if TYPE_CHECKING:
    from nbchat.catalog.rows import Model, Provider
    from nbchat.frontends.server import ServerOptions
    from nbchat.settings import Settings

ABOUT = """\
Talk to language models from a notebook. In a cell of one:

  %load_ext nbchat

  %%chat kimi-k2.6
  Which of these columns are redundant? {df}

`%chat` alone tells what else there is. Here, for a terminal:
"""

KEYS = """\
  $ nbchat models kimi      what there is of Kimi, and which key it needs
  $ nbchat check kimi-k2.6  whether that model can be asked here, and what is missing
  $ nbchat serve            the same models for curl and any OpenAI client
  $ nbchat trust            what the nbchat.toml found here would change, and whether it may

Keys are read from the environment, such as KIMI_API_KEY, GLM_API_KEY, OPENAI_API_KEY
or ANTHROPIC_API_KEY, never from the command line. The model `demo` needs none.
"""

TRUST = """\
An nbchat.toml or nbchat.json that lies beside a notebook may have come with somebody else's
files. Until you trust it, only this counts of it: a model of the table, display, timeouts,
and aliases of models of the table. This command shows what it would change, and asks.
"""

CHECK = """\
Look at what a question would need: the key, the address, the way there, what answers, and
its list of models. It takes a second, asks no question and costs nothing; --live asks two
short questions, which cost a few tokens. Without MODEL it is the one that would be asked.
The exit status is 1 where something is wrong, or has not answered.
"""

SERVE = """\
Serve the models over HTTP, with the keys that are set here. It listens on this
machine alone, and every client needs the token that is printed:

  $ nbchat serve
  nbchat serves http://127.0.0.1:8765/?token=...

  $ curl -N http://127.0.0.1:8765/stream -H "Authorization: Bearer $TOKEN" \\
         -H "Content-Type: application/json" -d '{"model": "demo", "messages": "Hello"}'

  >>> OpenAI(base_url="http://127.0.0.1:8765/v1", api_key=TOKEN)
"""

PROXY = """\
Each option is also a variable: NBCHAT_SERVER_TOKEN, NBCHAT_SERVER_ALLOW_HOST and so on.

For other machines, leave it on 127.0.0.1 and put a reverse proxy with TLS in front:

  $ nbchat serve --allow-host chat.example.org --proxy 127.0.0.1 --models 'kimi-*' --max-tokens 4096

  Caddy:  chat.example.org {
            reverse_proxy 127.0.0.1:8765
          }
  nginx:  location / {
            proxy_pass http://127.0.0.1:8765;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_buffering off;
            proxy_read_timeout 300s;
          }

The token belongs into the Authorization header: a proxy writes addresses into its log.
Workers share nothing: with --workers N each counts --rate and --concurrency for itself.
"""

UNITS = {
    "max_body": "BYTES",
    "allow_host": "NAMES",
    "models": "PATTERNS",
    "proxy": "ADDRESS",
    "max_tokens": "N",
    "log": "errors|requests",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status, 2 where something needs fixing."""
    arguments = sys.argv[1:] if arguments is None else arguments
    with printing_as_can_be():
        return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    status = 0
    try:
        parser = _parser("serve" in arguments)
        flags = vars(parser.parse_args(arguments))
        command = flags.pop("command")
        if command == "models":
            models(**flags)
        elif command == "serve":
            serve(flags)
        elif command == "trust":
            trust(**flags)
        elif command == "check":
            status = check(**flags)
        else:
            parser.print_help()
        if sys.stdout is not None:
            sys.stdout.flush()  # a full disk is found out here
    except NbchatError as error:
        print(f"nbchat: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `nbchat models | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"nbchat: nothing can be printed here: {error.strerror}.", file=sys.stderr)
        return 2
    return status


def models(pattern: str = "") -> None:
    """Print the models that match, those usable with the keys at hand first."""
    from nbchat import runtime

    settings = runtime.current().usable_settings()
    rows = []
    for model in settings.catalog.models.values():
        provider = settings.catalog.providers[model.type]
        if _matches(pattern, model.id, model.name, model.type):
            context = f"{model.context_window:,}" if model.context_window else ""
            rows.append((model.id, model.type, context, _state(model, provider, settings)))
    if not rows and pattern in settings.catalog.providers:
        name = settings.catalog.providers[pattern].name
        raise NotThere(f"the table has no models of {name}. Ask for one as {pattern}:ITS-ID.")
    if not rows:
        raise NotThere(f"no model or provider matches {pattern!r}. `nbchat models` lists them all.")
    rows.sort(key=lambda row: ("ready" not in row[3], "retired" in row[3]))
    head = ("model", "provider", "context", "")
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip())
    if settings.trouble:
        trouble = first_line(settings.trouble)
        print(f"nbchat: what your settings add may be missing here: {trouble}", file=sys.stderr)
    for line in settings.file_lines.values():
        print(f"nbchat: {line}", file=sys.stderr)


def _state(model: Model, provider: Provider, settings: Settings) -> str:
    state = "ready"
    if provider.key_needed and not settings.key(provider, model.env_key):
        state = f"needs {model.env_key or ' or '.join(provider.env_keys)}"
    if model.status != "retired":
        return state
    successor = f", now {model.replacement}" if model.replacement else ""
    return f"{state}; retired{successor}"


def check(model: str = "", live: bool = False) -> int:
    """Print whether a model can be asked here; 1 where something is wrong."""
    from nbchat import runtime
    from nbchat.engine.findings import is_at_fault
    from nbchat.frontends import check_report, setup_check
    from nbchat.languages import translated
    from nbchat.render.characters import readable
    from nbchat.render.terminal.clean import clean_words

    if live:
        print(translated(check_report.COSTS))
    opened = runtime.current()
    findings = setup_check.check(opened, opened.chat(), model, live=live)
    width = shutil.get_terminal_size().columns
    print(clean_words(readable("\n".join(check_report.report_lines(findings, width)))))
    return int(is_at_fault(findings))


def trust(file: str = "", forget: bool = False) -> None:
    """Show what a settings file would change and ask whether to trust it, or forget that it is."""
    from nbchat.frontends.trust_file import forget_file, trust_file

    if forget:
        forget_file(file)
    else:
        trust_file(file, input)


def serve(flags: Mapping[str, str | None]) -> None:
    """Serve until stopped, with these options over the environment's."""
    from nbchat.frontends.server import serve

    serve(_import_options().of(flags))


def _parser(with_server: bool) -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "nbchat", description=ABOUT, epilog=KEYS, formatter_class=plain, add_help=False
    )
    commands = parser.add_subparsers(dest="command", title="commands", metavar="COMMAND")
    options = parser.add_argument_group("options")
    options.add_argument("--version", action="version", version=f"nbchat {__version__}")
    options.add_argument("-h", "--help", action="help", help="show this")
    about = "the models there are, those usable with your keys first"
    listing = commands.add_parser("models", help=about, description=f"List {about}.")
    pattern = "part of a model's or provider's name"
    listing.add_argument("pattern", nargs="?", default="", metavar="PATTERN", help=pattern)
    about = "whether a model can be asked here, and what is missing"
    checking = commands.add_parser("check", help=about, description=CHECK, formatter_class=plain)
    name = "a model, or a provider; without it the model that would be asked now"
    checking.add_argument("model", nargs="?", default="", metavar="MODEL", help=name)
    checking.add_argument("--live", action="store_true", help="ask two short questions, too")
    about = "what the settings file of a folder would change, and whether it may"
    trusting = commands.add_parser("trust", help=about, description=TRUST, formatter_class=plain)
    place = "the file, or its folder; without it the nearest upwards"
    trusting.add_argument("file", nargs="?", default="", metavar="FILE", help=place)
    trusting.add_argument("--forget", action="store_true", help="trust it no longer")
    server = commands.add_parser(
        "serve",
        help="your models behind one address, for curl and any OpenAI client",
        usage="nbchat serve [OPTIONS]",
        description=SERVE,
        epilog=PROXY,
        formatter_class=plain,
    )
    if with_server:  # these flags come with an extra, and take a while to import
        _add_server_flags(server)
    return parser


def _add_server_flags(parser: argparse.ArgumentParser) -> None:
    for name, field in _import_options().model_fields.items():
        default = field.default if field.default_factory is None else None
        shown = f" [{default}]" if default or isinstance(default, int) else ""
        unit = UNITS.get(name) or {int: "N", float: "SECONDS"}.get(type(default), name.upper())
        flag = f"--{name.replace('_', '-')}"
        parser.add_argument(flag, metavar=unit, help=f"{field.description}{shown}")


def _import_options() -> type[ServerOptions]:
    """The server's options. Raises BadSettings where the extra is not installed."""
    try:
        from nbchat.frontends.server import ServerOptions
    except ModuleNotFoundError as error:
        advice = "pip install 'nbchat[server]' brings it."
        raise BadSettings(f"{error.name} is not installed. {advice}") from None
    return ServerOptions


def _matches(pattern: str, *names: str) -> bool:
    return any(pattern.lower() in name.lower() for name in names)


if __name__ == "__main__":
    sys.exit(main())
