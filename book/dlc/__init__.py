"""What the chapters import beside MXNet: figures of live blocks, errors on one line."""
