"""Debian's chromium without a window, spoken to through a pipe in the DevTools protocol."""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
from contextlib import contextmanager

#: Seconds without a word after which the browser is given up.
PATIENCE = 60.0


def chromium():
    """Find the browser, where there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """A page of a browser, and all it has said since it was opened."""

    def __init__(self, to_browser, from_browser):
        self._out, self._in, self._rest, self._n = to_browser, from_browser, b"", 0
        self.events = []
        self._session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        """Ask for something, and give the answer."""
        self._n += 1
        message = {"id": self._n, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (answer := self._read()).get("id") != self._n:
            self.events.append(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def _read(self):
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], PATIENCE)
            assert ready, "the browser says nothing"
            part = os.read(self._in, 1 << 20)
            assert part, "the browser has ended"
            self._rest += part
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def open(self, path, width=1200, height=900, has_script=True, dark=False):
        """Show a file and wait until it is loaded; what was said before is forgotten."""
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", features=scheme)
        self.call("Emulation.setScriptExecutionDisabled", value=not has_script)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.events.clear()
        self.call("Page.navigate", url=path.resolve().as_uri())
        while not self.said("Page.loadEventFired"):
            self.events.append(self._read())

    def said(self, method):
        """List what the browser has told of one kind."""
        return [event["params"] for event in self.events if event.get("method") == method]

    def run(self, script):
        """Evaluate JavaScript in the page, and give its value."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key, code, text=None):
        """Press a key."""
        named = {"key": key, "code": key, "windowsVirtualKeyCode": code} | ({"text": text} if text else {})
        self.call("Input.dispatchKeyEvent", type="keyDown", **named)
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def point(self, x, y):
        """Move the pointer."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def picture(self):
        """Take a picture of the whole page, PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def paper(self):
        """Print the page, PDF."""
        return base64.b64decode(
            self.call("Page.printToPDF", printBackground=False, paperWidth=8.27, paperHeight=11.7)["data"]
        )


@contextmanager
def browser(profile):
    """Start the browser, with a folder for its own files, and end it."""
    read_by_it, to_browser = os.pipe()
    from_browser, written_by_it = os.pipe()
    path = chromium()
    words = [path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", f"--user-data-dir={profile}", "--remote-debugging-pipe"]  # fmt: skip
    # chromium reads from 3 and writes to 4; neither may be in the way of the other
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (read_by_it, written_by_it)]
    actions = [(os.POSIX_SPAWN_DUP2, fd, place) for fd, place in zip(high, (3, 4), strict=True)]
    actions += [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    process = os.posix_spawn(path, words, dict(os.environ), file_actions=actions)
    for fd in (*high, read_by_it, written_by_it):
        os.close(fd)
    try:
        yield Browser(to_browser, from_browser)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(to_browser)
        os.close(from_browser)
