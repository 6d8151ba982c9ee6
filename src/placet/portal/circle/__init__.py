"""The circle of a reflection on one screen: what was asked, proposed, decided and done."""
