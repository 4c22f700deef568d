"""What the practice itself decided about items for one patient alone at shared appointments."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime


class PracticePolicy(SQLModel, table=True):
    """One dated statement: whether such items are proposed from a day on, on whose advice, signed by a manager.

    Never edited: another statement follows. The newest from on or before the date of service counts.
    """

    __tablename__ = "practice_policy"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    individual_items: str = Field(max_length=4)
    from_on: date = Field(index=True)
    note: str = Field(sa_type=Encrypted("practice_policy.note", longest=1000))
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
