"""Agents that are installed: found by their entry points, made by calling them.

Only the chosen one is imported; looking for names reads a few small files.
"""

import inspect
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from traceback import extract_tb
from typing import Any, Final

from cse_chat.domain.ports.agent import Agent

GROUP: Final = "cse_chat.agents"


class AgentFaultError(Exception):
    """The chosen agent cannot be used; the message is one line that says what to do."""


def installed_agents() -> Mapping[str, tuple[EntryPoint, ...]]:
    """Return the entry points of `GROUP` by their name, sorted; more than one is a clash."""
    found: dict[str, list[EntryPoint]] = {}
    for entry in entry_points(group=GROUP):
        found.setdefault(entry.name, []).append(entry)
    return {name: tuple(found[name]) for name in sorted(found)}


def fault_of_name(name: str, installed: Mapping[str, tuple[EntryPoint, ...]]) -> str | None:
    """Return what is wrong with choosing *name*, without quoting it; ``None`` if nothing is."""
    if len(installed.get(name, ())) == 1:
        return None
    if name in installed:
        owners = " and ".join(sorted(map(_owner, installed[name])))
        return f"names an agent that {owners} both offer; uninstall all but one"
    close = get_close_matches(name, installed, n=1)
    question = f"; did you mean {close[0]}?" if close else ""
    return f"names no installed agent; there are: {', '.join(installed) or 'none'}{question}"


def make_agent(
    name: str, *arguments: object, installed: Mapping[str, tuple[EntryPoint, ...]] | None = None
) -> Agent:
    """Import the agent called *name* and call what its entry point names.

    Args:
        name: Its entry point in `GROUP`.
        arguments: What it is called with; an agent of others gets none.
        installed: By default what is installed now.

    Raises:
        AgentFaultError: There is no such agent, or what there is cannot be imported, made or asked.
    """
    installed = installed_agents() if installed is None else installed
    fault = fault_of_name(name, installed)
    if fault:
        raise AgentFaultError(f"CSE_CHAT__AGENT__NAME {fault}")
    entry = installed[name][0]
    agent = _made(_imported(entry), entry, arguments)
    try:
        fault = _fault_of_agent(agent)
    except Exception as error:  # looking at an attribute may run the agent's own code
        raise _fault(entry, f"is no agent: looking at it fails: {_told(error)}") from error
    if fault:
        raise _fault(entry, f"is no agent: {fault}")
    checked: Agent = agent
    return checked


def _imported(entry: EntryPoint) -> object:
    if not entry.pattern.match(entry.value):
        raise _fault(entry, "is not written as module:Class")
    try:
        imported: object = entry.load()
    except (Exception, SystemExit) as error:
        raise _fault(entry, f"cannot be imported: {_told(error)}") from error
    return imported


def _made(factory: object, entry: EntryPoint, arguments: tuple[object, ...]) -> Any:  # noqa: ANN401 -- nobody knows yet what it is
    if not callable(factory) or inspect.iscoroutinefunction(factory):
        raise _fault(entry, "is no agent: the entry point must name its class")
    if not _takes(factory, arguments):
        raise _fault(entry, "is no agent: it must be possible to call the class without arguments")
    try:
        return factory(*arguments)
    except (Exception, SystemExit) as error:
        raise _fault(entry, f"cannot be made: {_told(error)}") from error


def _fault_of_agent(agent: object) -> str | None:
    answer = getattr(agent, "answer", None)
    if not callable(answer):
        return "it has no method answer(question, history)"
    if inspect.iscoroutinefunction(answer) or inspect.isgeneratorfunction(answer):
        return "its method answer must be an async generator: async def, with a yield in it"
    if not _takes(answer, (None, ())):
        return "its method answer must take two arguments, question and history"
    if hasattr(agent, "__aenter__") != hasattr(agent, "__aexit__"):
        return "it has one of __aenter__ and __aexit__ without the other"
    if not isinstance(getattr(agent, "may_answer_early", False), bool):
        return "its may_answer_early must be True or False"
    return None


def _takes(function: Any, arguments: tuple[object, ...]) -> bool:  # noqa: ANN401 -- any callable
    try:
        signature = inspect.signature(function)
    except ValueError:  # written in C: calling it will tell
        return True
    try:
        signature.bind(*arguments)
    except TypeError:
        return False
    return True


def _fault(entry: EntryPoint, what: str) -> AgentFaultError:
    return AgentFaultError(f"the agent {entry.name} ({entry.value} of {_owner(entry)}) {what}")


def _owner(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "an unnamed package"


def _told(error: BaseException) -> str:
    """Return the kind and place of *error*; its message only where it can but name a module."""
    told = type(error).__name__
    if isinstance(error, ImportError | AttributeError):
        told += f": {error}"
    if isinstance(error, SyntaxError):
        return f"{told}: {error.filename}:{error.lineno}"
    frames = extract_tb(error.__traceback__)
    places = [frame for frame in frames if not frame.filename.startswith("<frozen")]
    return f"{told} at {places[-1].filename}:{places[-1].lineno}" if places else told
