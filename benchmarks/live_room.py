"""A room under load: phones that ask every three seconds while some of them say points and support others'.

``python benchmarks/live_room.py --devices 500`` serves a platform of its own on the embedded database, lets
that many devices join, and then, for ``--seconds``, has each ask for what is new every three seconds as
``room.js`` does, while ``--speakers`` of them say a point every ten seconds and support one every two. It
prints what the server answered, how long it took, how much processor time it used, and how long it takes
until a point that was acknowledged has been shown to half of the devices, and to all.

How fast the machine is varies from one minute to the next: the seconds that a fixed loop takes stand beside.
The devices run on the same machine and take their share of it.
"""

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from placet.cli.loads import platform

POLL_SECONDS = 3.0
SAY_SECONDS, SUPPORT_SECONDS = 10.0, 2.0
JSON = {"Accept": "application/json"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=500)
    parser.add_argument("--speakers", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare:
        sys.stdout.write(open_room())
    else:
        print(json.dumps(measure(options), indent=1))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Serve, let everybody in, look on."""
    with tempfile.TemporaryDirectory(prefix="placet-bench-") as folder:
        home, port = Path(folder), platform.free_port()
        env = platform.environment(home, "", port)
        platform.prepare(env, 1, 1, home / "ground.txt")
        command = [sys.executable, __file__, "--prepare"]
        code = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
        with platform.serving(
            env | {"PLACET_LOG_LEVEL": "ERROR", "PLACET_LOG_FORMAT": "plain"},
            port,
            processes=options.processes,
        ) as server:
            hall = Hall(f"http://localhost:{port}", f"/en/room/{code.strip()}/", options)
            return asyncio.run(hall.hold(server.pid)) | {"loop_seconds": _loop_seconds()}


def open_room() -> str:
    """In a process of its own: a partner, a dialogue under way; the code of its room."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "placet.config.settings"
    import django

    django.setup()
    from datetime import timedelta

    from django.utils import timezone

    from placet.stages.dialogues.live.facilitating import start_dialogue
    from placet.stages.dialogues.models import Dialogue
    from placet.stages.dialogues.setting_up import meetings, programme, series
    from placet.stages.dialogues.states import move
    from placet.stages.mandates.models import Reflection
    from placet.stages.mandates.organisations import OrganisationFrame, add_organisation
    from placet.stages.people.models import Account

    secretariat, reflection = Account.objects.get(), Reflection.objects.get()
    partner = add_organisation(secretariat, reflection, OrganisationFrame({"en": "Partner"}, is_partner=True))
    frame = series.SeriesFrame(title={"en": "Series"}, question={"en": "What?"}, organisers=[partner])
    held = series.create_series(secretariat, reflection, frame)
    series.publish_series(secretariat, held)
    now = timezone.now()
    dialogue = meetings.create_dialogue(
        secretariat,
        held,
        meetings.DialogueFrame(
            title={"en": "Dialogue"},
            house_rule="chatham-house",
            starts_at=now,
            ends_at=now + timedelta(hours=2),
            time_zone="UTC",
            languages=("en",),
        ),
    )
    programme.add_item(secretariat, dialogue, programme.ItemFrame({"en": "Welcome"}, 60))
    move(dialogue, Dialogue.State.ANNOUNCED, secretariat)
    start_dialogue(secretariat, dialogue)
    return dialogue.room_code


class Hall:
    """All devices of a room, and what they saw."""

    def __init__(self, site: str, room: str, options: argparse.Namespace) -> None:
        self.site, self.room, self.options = site, room, options
        self._seconds: dict[str, list[float]] = {"poll": [], "say": [], "support": [], "join": []}
        self._answers: Counter[str] = Counter()
        self.said_at: dict[str, float] = {}
        self._seen: dict[str, list[float]] = {}
        self.points: list[str] = []
        self.is_over = False

    async def hold(self, server: int) -> dict[str, Any]:
        """Everybody comes in, and then does what people do."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        transport = httpx.AsyncHTTPTransport(limits=limits)  # one pool: a device is told by its cookie alone
        gate = asyncio.Semaphore(20)
        devices = [Device(self, transport, n) for n in range(self.options.devices)]
        await asyncio.gather(*(device.join(gate) for device in devices))
        self._answers.clear()
        began_at, cpu = time.monotonic(), platform.cpu_seconds(server)
        work = [device.look_on() for device in devices]
        work += [device.speak() for device in devices[: self.options.speakers]]
        tasks = [asyncio.create_task(each) for each in work]
        await asyncio.sleep(self.options.seconds)
        seconds, used = time.monotonic() - began_at, platform.cpu_seconds(server) - cpu
        n_requests = sum(self._answers.values())
        await asyncio.sleep(2 * POLL_SECONDS + 2)  # what was said last is shown, too
        self.is_over = True
        await asyncio.gather(*tasks)
        return {
            "devices": self.options.devices,
            "speakers": self.options.speakers,
            "requests_per_second": round(n_requests / seconds, 1),
            "answers": dict(sorted(self._answers.items())),
            "milliseconds": {kind: _quantiles(each) for kind, each in self._seconds.items()},
            "server_processor_share": round(used / seconds, 2),
            "points": len(self.said_at),
            "seconds_until_shown": self._lags(),
        }

    async def ask(self, client: httpx.AsyncClient, kind: str, method: str, where: str, **more: Any) -> str:
        """One request, timed; the text of the answer."""
        began_at = time.perf_counter()
        answer = await client.request(method, where, **more)
        self._seconds[kind].append(time.perf_counter() - began_at)
        self._answers[f"{kind} {answer.status_code}"] += 1
        return answer.text

    def note_shown(self, text: str, seen: set[str]) -> None:
        """Which points a device sees for the first time."""
        now = time.monotonic()
        for words in re.findall(r"point-[0-9a-f]{32}", text):
            if words not in seen:
                seen.add(words)
                self._seen.setdefault(words, []).append(now)
        self.points = re.findall(r'data-point="([^"]+)"', text)

    def _lags(self) -> dict[str, float | None]:
        half, everyone = [], []
        for words, said_at in self.said_at.items():
            moments = sorted(self._seen.get(words, []))
            if len(moments) >= self.options.devices:
                half.append(moments[len(moments) // 2] - said_at)
                everyone.append(moments[-1] - said_at)
        return {
            "points_shown_to_all": len(everyone),
            "to_half_median": _middle(half),
            "to_all_median": _middle(everyone),
            "to_all_longest": round(max(everyone), 2) if everyone else None,
        }


class Device:
    """One phone: its cookies, and what its page shows."""

    def __init__(self, hall: Hall, transport: httpx.AsyncHTTPTransport, number: int) -> None:
        self._hall, self._number = hall, number
        self._client = httpx.AsyncClient(base_url=hall.site, transport=transport, timeout=60)
        self._next = f"{hall.room}now/?order=newest"
        self._csrf = ""
        self._seen: set[str] = set()

    async def join(self, gate: asyncio.Semaphore) -> None:
        """Through the page that the code leads to."""
        async with gate:
            page = await self._hall.ask(self._client, "join", "GET", self._hall.room)
            self._csrf = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
            data = {"key": str(uuid4()), "csrfmiddlewaretoken": self._csrf}
            await self._hall.ask(self._client, "join", "POST", f"{self._hall.room}join/", data=data)

    async def look_on(self) -> None:
        """Ask for what is new, every three seconds."""
        await asyncio.sleep(random.random() * POLL_SECONDS)
        while not self._hall.is_over:
            began_at = time.monotonic()
            text = await self._hall.ask(self._client, "poll", "GET", self._next)
            if text:
                self._next = re.findall(r'hx-get="([^"]+)"', text)[0].replace("&amp;", "&")
                self._hall.note_shown(text, self._seen)
            await asyncio.sleep(max(POLL_SECONDS - (time.monotonic() - began_at), 0))

    async def speak(self) -> None:
        """Say a point every ten seconds, support one every two."""
        await asyncio.sleep(random.random() * SAY_SECONDS)
        ends_at = time.monotonic() + self._hall.options.seconds - SAY_SECONDS
        says_at = time.monotonic()
        while time.monotonic() < ends_at:
            if time.monotonic() >= says_at:
                says_at += SAY_SECONDS
                await self._say()
            if self._hall.points:
                data = {"point": random.choice(self._hall.points), "is_supported": "1"}
                await self._send("support", data)
            await asyncio.sleep(SUPPORT_SECONDS)

    async def _say(self) -> None:
        words = f"point-{uuid4().hex}"
        data = {"body": words, "language": "en", "client_key": str(uuid4())}
        if "receipt" in await self._send("say", data):
            self._hall.said_at[words] = time.monotonic()

    async def _send(self, kind: str, data: dict[str, str]) -> str:
        data |= {"csrfmiddlewaretoken": self._csrf}
        where = f"{self._hall.room}{kind}/"
        return await self._hall.ask(self._client, kind, "POST", where, data=data, headers=JSON)


def _quantiles(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds) or [0.0]
    last = len(ordered) - 1
    return {
        name: round(1000 * ordered[round(share * last)], 1)
        for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
    }


def _middle(values: list[float]) -> float | None:
    return round(sorted(values)[len(values) // 2], 2) if values else None


def _loop_seconds() -> float:
    began_at = time.perf_counter()
    sum(n * n for n in range(3_000_000))
    return round(time.perf_counter() - began_at, 2)


if __name__ == "__main__":
    main()
