"""gunicorn -c deploy/gunicorn.conf.py: the web node of an installation on PostgreSQL (`pip install doudi[server]`)."""

import os

wsgi_app = "app.wsgi:application()"
bind = f"{os.environ.get('DOUDI_HOST', '127.0.0.1')}:{os.environ.get('DOUDI_PORT', '8000')}"
workers = 2
worker_class = "gthread"
threads = int(os.environ.get("DOUDI_THREADS", "8"))
graceful_timeout = int(os.environ.get("DOUDI_STOP_SECONDS", "30"))
timeout = 120  # a silent worker is replaced
