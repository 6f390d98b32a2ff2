"""Work on several connections at once, for tests of what writers do to each other."""

from django.db import connection


def in_thread(pool, work, *arguments):
    """Submit work to a pool; the thread's own connection is closed when it is done."""

    def run():
        try:
            return work(*arguments)
        finally:
            connection.close()

    return pool.submit(run)
