"""The AWS CLI kept warm: it takes a second to start, so one process is started and each call is a copy of it.

  warm-cli.py FOLDER …   is `aws …`: the same arguments, environment, folder and open files, the same exit code

The first call starts the process, which listens in FOLDER and ends soon after that is gone.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time

START_SECONDS_MAX = 60
LOOK_SECONDS = 2
FILES_MAX = 64
WARM = ("sqs", "sns", "lambda")


def serve(path):
    from awscli.clidriver import create_clidriver

    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(path)
    except OSError:
        return  # another first call was faster
    session = create_clidriver().session
    for service in WARM:
        session.get_service_model(service)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener.listen(64)
    listener.settimeout(LOOK_SECONDS)
    while os.path.exists(path):
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            connection.setblocking(True)
            answer(connection, session.get_component("data_loader"))
        connection.close()


def answer(connection, models):
    """Becomes the caller as far as the CLI can see, and tells it the exit code."""
    from awscli.clidriver import create_clidriver

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, files, _, _ = socket.recv_fds(connection, 4, FILES_MAX)
    request = json.loads(connection.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
    # First to numbers above all that a caller's file has, so that none overwrites another.
    connection, *files = [os.dup2(file, 512 + index) for index, file in enumerate([connection.detach(), *files])]
    for number, file in zip(request["files"], files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(request["folder"])
    data_path = os.environ["AWS_DATA_PATH"]  # the CLI sets it once, to find what is its own
    os.environ.clear()
    os.environ.update(request["environment"], AWS_DATA_PATH=data_path)
    code = 255
    try:
        driver = create_clidriver()
        driver.session.register_component("data_loader", models)
        code = driver.main(request["arguments"])
        sys.stdout.flush()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        os.write(connection, bytes([code or 0]))
        os._exit(0)


def call(path, arguments):
    files = [int(name) for name in os.listdir("/proc/self/fd")]
    files = [file for file in files if is_open(file)][:FILES_MAX]
    connection = connect(path)
    request = {"arguments": arguments, "files": files, "folder": os.getcwd(), "environment": dict(os.environ)}
    content = json.dumps(request).encode()
    socket.send_fds(connection, [len(content).to_bytes(4, "big")], files)
    connection.sendall(content)
    code = connection.recv(1)
    return code[0] if code else 255


def connect(path):
    started = False
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(path)
            return connection
        except OSError:
            connection.close()
            if time.monotonic() > deadline:
                raise
        if not started and not os.path.exists(path):
            nothing = subprocess.DEVNULL
            command = [sys.executable, __file__, path]
            subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, close_fds=True, start_new_session=True)
        started = True
        time.sleep(0.02)


def is_open(file):
    try:
        os.fstat(file)
        return True
    except OSError:
        return False


if __name__ == "__main__":
    if sys.argv[2:]:
        sys.exit(call(os.path.join(sys.argv[1], "socket"), sys.argv[2:]))
    serve(sys.argv[1])
