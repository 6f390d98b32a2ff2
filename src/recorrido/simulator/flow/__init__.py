"""What happens to an order, stage by stage; each stage adds columns to a wave of orders."""
