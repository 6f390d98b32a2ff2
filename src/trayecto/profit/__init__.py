"""What customers, products and channels leave, line by line: the margin of their orders less what their contacts, returns and delays cost."""

from trayecto.profit.ask import Dimension, Profit, Profits, profit

__all__ = ["Dimension", "Profit", "Profits", "profit"]
