"""What the chapters import beside MXNet: figures drawn from live objects, errors on one line."""
