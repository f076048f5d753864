"""Change: conducts the vendor's upgrade; may use uat, never reports."""
