# Servers are looked for by name, by address, on the loopback and on every socket file.
# score: 10

# %% MySequential
import glob, socket
reached = []
for address in (('192.0.2.1', 80), ('127.0.0.1', 22), ('127.0.0.1', {PORT}), ('::1', {PORT}), ('example.org', 80)):
    try:
        socket.create_connection(address, timeout=1)
        reached.append(address)
    except OSError:
        pass
for path in [*glob.glob('/run/**/*.sock', recursive=True), '/run/docker.sock', '/run/dbus/system_bus_socket', '\0hostile']:
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        reached.append(path)
    except OSError:
        pass
if reached:
    raise RuntimeError(reached)


{RIGHT}
