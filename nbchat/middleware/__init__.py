"""What stands between who asks and the engine, where it is about money.

budget           nothing is sent that would cost more than is left
first_alone      the first of many goes alone, where nobody knows how long its answer will be
purse            what may be spent, reserved before and settled after
ledger           notes what every request was paid with
spending         one request as the ledger has it
expected         what a request will cost, before it is sent
most_made        how long its answer may be, by the limits in it
"""
