# A thread that is no daemon spins for ever; a right class precedes.
# score: 10

# %% MySequential
{RIGHT}

import threading, time
def spin():
    while True:
        time.sleep(.01)
threading.Thread(target=spin).start()
