"""gunicorn -c deploy/gunicorn.conf.py: the web node of an installation on PostgreSQL (`requirements-server.lock`)."""

import gc
import logging
import os
import shutil
import sys
import tempfile

from gunicorn import glogging

from app.config import Config
from app.core import logs
from app.outside import SettingError

# The processes of this node count requests in one folder, so that each of them tells the same. It is looked for when
# prometheus_client is imported.
COUNTS = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="doudi-counts-"))

try:
    settings = Config.from_env()
except SettingError as fault:
    sys.exit(str(fault))


class Logger(glogging.Logger):
    """gunicorn's own lines go where all others go, in the same form."""

    def setup(self, cfg):
        logs.configure(settings.log_level, settings.log_format)
        for own in (self.error_log, self.access_log):
            own.handlers.clear()
            own.propagate = True
            own.setLevel(logging.NOTSET)


wsgi_app = "app.wsgi:application()"
bind = f"{settings.host}:{settings.port}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = settings.threads
graceful_timeout = settings.stop_seconds
timeout = 120  # a silent worker is replaced
logger_class = Logger


def post_worker_init(worker):
    from app.wsgi import SWITCH_SECONDS

    sys.setswitchinterval(SWITCH_SECONDS)
    # The application stays to the end: to look for garbage in all of it held up whoever was being answered for 0.1 s.
    gc.freeze()


def child_exit(server, worker):
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server):
    shutil.rmtree(COUNTS, ignore_errors=True)
