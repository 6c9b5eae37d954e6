"""The Python runtime: what runs in the process of an environment. Needs Python 3.8 and its standard library.

All it knows comes from its environment variables. What is between it and the broker is the Lambda Runtime API; handlers, their
context and their errors are as the AWS Lambda developer guide has them under "Building Lambda functions with Python".
"""

import sys

# This file's own folder is where Python looks for modules first: the code of the function must find its own there.
sys.path.pop(0)

import decimal
import http.client
import importlib
import json
import logging
import os
import time
import traceback

API = "/2018-06-01/runtime/"


class RuntimeFault(Exception):
    """A failure of the runtime rather than of the handler's code."""

    def __init__(self, error_type, message, stack=()):
        super().__init__(message)
        self.error_type = error_type
        self.stack = list(stack)


class Client:
    """The client side of the Runtime API, over one connection. A poll waits without an end."""

    def __init__(self, address):
        self._connection = http.client.HTTPConnection(address)

    def _call(self, method, path, body=None, headers=None):
        self._connection.request(method, API + path, body, headers or {})
        response = self._connection.getresponse()
        return response.headers, response.read()

    def next(self):
        return self._call("GET", "invocation/next")

    def respond(self, request_id, body, content_type):
        self._call("POST", f"invocation/{request_id}/response", body, {"Content-Type": content_type})

    def fail(self, request_id, error):
        self._post_error(f"invocation/{request_id}/error", error)

    def fail_init(self, error):
        self._post_error("init/error", error)

    def _post_error(self, path, error):
        error_type = error["errorType"].encode("ascii", "replace").decode()
        headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": error_type}
        self._call("POST", path, json.dumps(error).encode(), headers)


class Members:
    """JSON objects of the caller, of which the first letters and names are kept: `context.client_context.custom`."""

    def __init__(self, **members):
        self.__dict__.update(members)


class Context:
    def __init__(self, headers):
        env = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = env["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = env["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = env["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = env["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = client_context(headers.get("Lambda-Runtime-Client-Context"))
        identity = json.loads(headers.get("Lambda-Runtime-Cognito-Identity") or "{}")
        self.identity = Members(
            cognito_identity_id=identity.get("cognitoIdentityId"),
            cognito_identity_pool_id=identity.get("cognitoIdentityPoolId"),
        )
        self.tenant_id = headers.get("Lambda-Runtime-Aws-Tenant-Id")
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


def client_context(text):
    if text is None:
        return None
    given = json.loads(text)
    client = given.get("client")
    names = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")
    return Members(
        custom=given.get("custom"),
        env=given.get("env"),
        client=None if client is None else Members(**{name: client.get(name) for name in names}),
    )


class RequestIds(logging.Filter):
    """Gives each record of the log the id of the invocation that runs."""

    current = ""

    def filter(self, record):
        record.aws_request_id = self.current
        return True


class JsonLines(logging.Formatter):
    def format(self, record):
        line = {
            "timestamp": self.formatTime(record, self.datefmt),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.aws_request_id,
        }
        if record.exc_info:
            line["errorType"] = record.exc_info[0].__name__
            line["errorMessage"] = str(record.exc_info[1])
            line["stackTrace"] = traceback.format_tb(record.exc_info[2])
        return json.dumps(line, default=str)


def set_up_logging(request_ids):
    as_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
    kind = JsonLines if as_json else logging.Formatter
    formatter = kind("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    handler.addFilter(request_ids)
    logging.getLogger().addHandler(handler)
    if as_json:
        logging.getLogger().setLevel(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO").replace("TRACE", "DEBUG"))


def load_handler(name):
    module_name, dot, function = name.rpartition(".")
    if not dot:
        raise RuntimeFault("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)")
    module_name = module_name.replace("/", ".")
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise RuntimeFault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    try:
        module = importlib.import_module(module_name)
    except ImportError as fault:
        raise RuntimeFault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {fault}") from fault
    except SyntaxError as fault:
        stack = [f'  File "{fault.filename}" Line {fault.lineno}\n    {fault.text}']
        raise RuntimeFault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {fault}", stack) from fault
    handler = getattr(module, function, None)
    if handler is None:
        raise RuntimeFault("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module_name}'")
    return handler


def plain(value):
    """Decimals, which items of tables have, are numbers."""
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def marshal(result):
    """The body of an answer and its type. Text is written as it is from Python 3.12 on, escaped before, as on AWS."""
    if isinstance(result, bytes):
        return result, "application/unknown"
    version = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("python3.")[2]
    minor = int(version) if version.isdigit() else sys.version_info.minor
    try:
        return json.dumps(result, default=plain, ensure_ascii=minor < 12).encode(), "application/json"
    except Exception as fault:
        raise RuntimeFault("Runtime.MarshalError", f"Unable to marshal response: {fault}", traceback.format_tb(fault.__traceback__))


def own_frames(trace):
    """Without those of this file, which say nothing of the code of the function."""
    return [frame for frame in traceback.extract_tb(trace) if frame.filename != __file__ and "importlib" not in frame.filename]


def error_of(fault, request_id):
    if isinstance(fault, RuntimeFault):
        error_type, stack = fault.error_type, fault.stack
    else:
        error_type, stack = type(fault).__name__, traceback.format_list(own_frames(fault.__traceback__))
    return {"errorMessage": str(fault), "errorType": error_type, "requestId": request_id, "stackTrace": stack}


def print_error(error):
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        print(json.dumps({"timestamp": now, "level": "ERROR", "log_level": "ERROR", **error}), flush=True)
        return
    lines = [f"[ERROR] {error['errorType']}: {error['errorMessage']}"]
    if error["stackTrace"]:
        lines += ["Traceback (most recent call last):", *(line.rstrip("\n") for line in error["stackTrace"])]
    # One event of the log is one line: the breaks within are carriage returns.
    print("\n".join(lines).replace("\n", "\r"), flush=True)


def serve(client, handler, request_ids):
    headers, payload = client.next()
    request_id = request_ids.current = headers["Lambda-Runtime-Aws-Request-Id"]
    trace = headers.get("Lambda-Runtime-Trace-Id")
    if trace is None:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    else:
        os.environ["_X_AMZN_TRACE_ID"] = trace
    try:
        try:
            event = json.loads(payload)
        except ValueError as fault:
            raise RuntimeFault("Runtime.UnmarshalError", f"Unable to unmarshal input: {fault}")
        body, content_type = marshal(handler(event, Context(headers)))
    except SystemExit:
        raise
    except BaseException as fault:
        error = error_of(fault, request_id)
        print_error(error)
        client.fail(request_id, error)
        return
    # What was printed is out before the answer.
    sys.stdout.flush()
    sys.stderr.flush()
    client.respond(request_id, body, content_type)


def main():
    client = Client(os.environ["AWS_LAMBDA_RUNTIME_API"])
    request_ids = RequestIds()
    set_up_logging(request_ids)
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except SystemExit:
        raise
    except BaseException as fault:
        error = error_of(fault, "")
        print_error(error)
        client.fail_init(error)
        sys.exit(1)
    try:
        while True:
            serve(client, handler, request_ids)
    except (http.client.HTTPException, OSError):
        # The broker is gone.
        os._exit(1)


main()
