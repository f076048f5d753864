"""Begin a customer's checklist: the file that extends the standard list, with what is known of the customer."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from reports.words import Language, languages, speak
from tvox_uat._desk import say
from uat import customer_file, lint, schema
from uat.language.yaml_marks import plain, read
from uat.model import JsonValue
from uat.vocabulary import Vocabulary

_EXTENDS = "standard"


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "--customer", required=True, metavar="NAME", help='the customer, as reports name it: "ACME S.p.A."'
    )
    parser.add_argument("--answers", type=Path, metavar="FILE", help="YAML, variable: value; nothing is then asked")
    parser.add_argument("--to", type=Path, metavar="FILE", help="default: checklists/ and the customer's name")
    parser.add_argument("--language", default="it", choices=languages(), help="default: %(default)s")


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    words = speak(options.language)
    path = options.to or customer_file.FOLDER / f"{customer_file.slug(options.customer)}.yaml"
    if path.exists():
        raise ValueError(words.say("init.exists", path=str(path)))
    found = customer_file.bases(_EXTENDS, path.parent)
    answers: dict[str, JsonValue] = {}
    is_whole = True
    if options.answers:
        answers = dict(plain(read(options.answers, name=str(options.answers)).table))
        customer_file.check_answers(answers, found.questions, name=str(options.answers))
    elif sys.stdin.isatty():
        is_whole = _interview(words, found, answers)
    text = customer_file.written(
        options.customer, found, answers, language=options.language, extends=_EXTENDS, parts=_parts(words, options)
    )
    customer_file.create(path, text)
    _add_schema(path.parent / "schema.json")
    return _tell(words, path, is_whole=is_whole)


def _interview(words: Language, found: customer_file.Bases, answers: dict[str, JsonValue]) -> bool:
    """Ask for the variables; tell whether the person went on to the end."""
    say(words.say("init.ask"))
    try:
        customer_file.ask(
            found.questions,
            language=words.code,
            read=input,
            write=say,
            wrong=lambda columns: words.say("init.wrong", columns=columns),
            answers=answers,
        )
    except (KeyboardInterrupt, EOFError):
        say("")
        return False
    return True


def _parts(words: Language, options: Namespace) -> customer_file.Parts:
    return customer_file.Parts(
        head=words.say("init.head", customer=" ".join(options.customer.split())),
        about=words.say("init.about"),
        system=words.say("init.system"),
        upgrade=words.say("init.upgrade"),
        contacts=words.say("init.contacts"),
        licences=words.say("init.licences"),
        variables=words.say("init.variables"),
        rows=words.say("init.rows"),
        discovered=words.say("init.discovered"),
        checks=words.say("init.checks"),
    )


def _add_schema(path: Path) -> None:
    """Let an editor find the schema that the file names."""
    if not path.exists():
        path.write_text(schema.text(Vocabulary()), encoding="utf-8")


def _tell(words: Language, path: Path, *, is_whole: bool) -> int:
    finding = lint.lint(path)
    say(words.say("init.wrote" if is_whole else "init.stopped", path=str(path)))
    say("\n".join(lint.lines(finding)))
    say(words.say("init.next", path=str(path)))
    return 1 if finding.problems or not is_whole else 0
