"""Two clients that call each other: single methods, a group of them, and what is checked.

Methods are those named `rpc_…`; an attribute `rpc_calc` holding an object with such methods is a
group. Arguments are checked here, before anything is sent; what a method raises comes back as text.
"""

import stream_core as sc


class Calculator:
    """A group: it need not know of any client."""

    def rpc_add(self, a: float, b: float) -> float:
        """The sum of both."""
        return self.rounded(a + b)

    def rpc_subtract(self, a: float, b: float) -> float:
        """The first without the second."""
        return self.rounded(a - b)

    def rounded(self, value: float) -> float:  # not offered: it is not called rpc_…
        return round(value, 9)


class First(sc.blocking.Client):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.rpc_calc = Calculator()


class Second(sc.blocking.Client):
    def rpc_multiply(self, a: float, b: float) -> float:
        return a * b

    def rpc_divide(self, a: float, b: float) -> float:
        return a / b


with (
    sc.ServerProcess(port=0) as server,
    First("first", server.address) as first,
    Second("second", server.address) as second,
):
    of_first = second.remote("first")
    of_second = first.remote("second")
    print("2 + 3 =", of_first.calc.add(2, 3))
    print("2 - 3 =", of_first.calc.subtract(2, b=3))
    print("2 * 3 =", of_second.multiply(2, 3))
    print("9 / 3 =", of_second.divide(9, 3, tto=1.5))  # a time-out of its own, in seconds
    print(of_first.calc.add.__doc__, sc.describe(of_first.calc.add).text)
    for wrong in (lambda: of_second.divide(9), lambda: of_second.divide(9, "3")):
        try:
            wrong()
        except (TypeError, sc.InvalidValue) as error:  # nothing was sent
            print("not sent:", error)
    try:
        of_second.divide(9, 0)
    except sc.RemoteError as error:
        print("raised there:", error)
