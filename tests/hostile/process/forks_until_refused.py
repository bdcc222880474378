# Processes are started until the system refuses, 3000 at most; if it does, a hundred of them are
# ended, for MXNet needs threads, and a right class follows.
# score: 10

# %% MySequential
import os
started = []
for _ in range(3000):
    try:
        started.append(os.posix_spawn("/bin/sleep", ["sleep", "86399"], {}))
    except BlockingIOError:
        break
else:
    raise AssertionError("no limit")
for pid in started[:100]:
    os.kill(pid, 9)
    os.waitpid(pid, 0)


{RIGHT}
