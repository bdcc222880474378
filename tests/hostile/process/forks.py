# Twenty processes are started and sleep; a right class follows.
# score: 10

# %% MySequential
import os, time
for _ in range(20):
    try:
        if os.fork() == 0:
            time.sleep(86399)
            os._exit(0)
    except OSError:
        break


{RIGHT}
