"""Group commit: what arrives while the last commit is under way goes into the next. No timer, one fsync for many."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from crowdfund.database.outage import is_outage
from crowdfund.refusal import Busy

Want = TypeVar("Want")
Answer = TypeVar("Answer")


class Batch(Generic[Want, Answer]):
    """Answers many askers with one piece of work.

    work: takes a list of wants, gives a list of answers in the same order; a Refusal among them is raised to its asker.
    A batch that fails is redone want by want, so that nobody fails for somebody else's want. The queue is bounded: past it
    `ask` raises Busy. An asker who goes away is not waited for, but what was asked is done.
    """

    def __init__(
        self,
        work: Callable[[list[Want]], Awaitable[Sequence[Answer | Exception]]],
        *,
        size_max: int = 500,
        waiting_max: int = 5_000,
    ) -> None:
        self._work = work
        self._size_max, self._waiting_max = size_max, waiting_max
        self._waiting: deque[tuple[Want, asyncio.Future[Answer]]] = deque()
        self._runner: asyncio.Task[None] | None = None

    async def ask(self, want: Want) -> Answer:
        """The answer to one want, after the commit that it is part of. Raises Busy, and what the work refuses it with."""
        return await self._put(want)

    async def ask_all(self, wants: Sequence[Want]) -> list[Answer | BaseException]:
        """The answers to several wants of one asker, each by itself: a refusal is an answer among the others."""
        answers = [self._put(want) for want in wants]
        await asyncio.wait(answers)
        return [answer.exception() or answer.result() for answer in answers]

    def _put(self, want: Want) -> asyncio.Future[Answer]:
        if len(self._waiting) >= self._waiting_max:
            raise Busy("Too many people at once. Please try again in a moment.")
        runner = self._runner
        if runner is None or runner.done():
            runner = self._runner = asyncio.get_running_loop().create_task(self._run(), context=Context())
        # The loop of the runner, which is this one: to ask for the running loop is a call to the system each time.
        answer: asyncio.Future[Answer] = runner.get_loop().create_future()
        self._waiting.append((want, answer))
        return answer

    async def finish(self) -> None:
        """Wait until all that was asked is answered: before the process ends."""
        if self._runner is not None and not self._runner.done():
            await asyncio.wait([self._runner])

    async def _run(self) -> None:
        asked: list[tuple[Want, asyncio.Future[Answer]]] = []
        try:
            while self._waiting:
                asked = [self._waiting.popleft() for _ in range(min(self._size_max, len(self._waiting)))]
                results = await self._answers([want for want, _ in asked])
                for (_, answer), result in zip(asked, results, strict=True):
                    if answer.done():  # the asker has gone
                        continue
                    if isinstance(result, Exception):
                        answer.set_exception(result)
                    else:
                        answer.set_result(result)
        finally:  # cut short, as at the end of the process: nobody may wait for ever
            for _, answer in [*asked, *self._waiting]:
                answer.cancel()
            self._waiting.clear()

    async def _answers(self, wants: list[Want]) -> Sequence[Answer | Exception]:
        try:
            answers = await self._work(wants)
            if len(answers) != len(wants):
                raise RuntimeError(f"{len(answers)} answers to {len(wants)} wants")
            return answers
        except Exception as error:
            if len(wants) == 1 or is_outage(error):  # without a database, one by one would only take longer
                return [error] * len(wants)
            return [(await self._answers([want]))[0] for want in wants]
