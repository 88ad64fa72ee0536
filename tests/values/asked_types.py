"""Types that people ask answers in: one of each kind that pydantic knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, TypeVar
from uuid import UUID

from pydantic import (
    AnyUrl,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    field_validator,
    model_validator,
)
from pydantic.dataclasses import dataclass as checked_dataclass
from typing_extensions import TypeAliasType, TypedDict


class Person(BaseModel):
    """A person of the text."""

    name: str
    age: int


class Mood(StrEnum):
    """How a text sounds."""

    positive = "positive"
    negative = "negative"
    neutral = "neutral"


class Priority(IntEnum):
    low = 1
    high = 2


class Mixed(Enum):
    word = "word"
    number = 7
    nothing = None


class Review(BaseModel):
    mood: Mood
    score: float = Field(ge=0, le=1)
    is_spam: bool


class Address(BaseModel):
    street: str
    city: str
    postcode: str = Field(pattern=r"^[0-9]{5}$")


class Company(BaseModel):
    name: str
    address: Address
    people: list[Person]


class Room(BaseModel):
    number: int


class Floor(BaseModel):
    rooms: list[Room]


class House(BaseModel):
    floors: dict[str, Floor]


class Street(BaseModel):
    houses: list[House]


class City(BaseModel):
    streets: list[Street]


class Appointment(BaseModel):
    day: date
    at: time
    noted: datetime
    lasts: timedelta


class Task(BaseModel):
    title: str
    due: date | None = None
    tags: list[str] = []
    priority: Priority = Priority.low


class Tree(BaseModel):
    name: str
    children: list[Tree] = []


class Chain(BaseModel):
    value: int
    next: Chain | None = None


class Add(BaseModel):
    kind: Literal["add"]
    left: Number | Add
    right: Number | Add


class Number(BaseModel):
    kind: Literal["number"]
    value: float


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    breed: str


class Household(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


class Owner(BaseModel):
    pets: list[Cat | Dog]


class Circle(BaseModel):
    radius: float


class Square(BaseModel):
    side: float


class Invoice(BaseModel):
    id: UUID
    total: Decimal
    link: AnyUrl


class Described(BaseModel):
    """What a letter asks for."""

    sender: str = Field(description="the full name, as it is signed")
    wish: str = Field(description="one sentence", examples=["a refund"])


class Aliased(BaseModel):
    first_name: str = Field(alias="firstName")
    born_in: int = Field(alias="born-in")


class Span(BaseModel):
    begin: int
    end: int

    @model_validator(mode="after")
    def _is_forward(self) -> Span:
        if self.end < self.begin:
            raise ValueError("it ends before it begins")
        return self


class Shouted(BaseModel):
    word: str

    @field_validator("word")
    @classmethod
    def _is_upper(cls, word: str) -> str:
        if not word.isupper():
            raise ValueError("it is not in capitals")
        return word


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answer: str


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    answer: str


class Chosen(BaseModel):
    size: Literal["S", "M", "L"]
    wheels: Literal[2, 4]


class Place(BaseModel):
    name: str
    at: tuple[float, float]


class Words(BaseModel):
    different: set[str]
    counted: dict[str, int]


class Bounded(BaseModel):
    title: str = Field(min_length=3, max_length=20)
    stars: int = Field(ge=1, le=5)
    points: list[int] = Field(min_length=1, max_length=3)
    step: int = Field(multiple_of=5)


class Scores(RootModel[dict[str, float]]):
    """Scores by name."""


class Names(RootModel[list[str]]):
    """Names alone."""


Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    number: int
    rows: list[Item]


class Loose(BaseModel):
    found: Any
    extra: dict[str, Any]


class Empty(BaseModel):
    """Nothing at all."""


@dataclass
class Point:
    x: float
    y: float = 0.0


@dataclass
class Path:
    name: str
    points: list[Point] = field(default_factory=list)


@checked_dataclass
class Mark:
    grade: Annotated[int, Field(ge=1, le=6)]


class Film(TypedDict):
    title: str
    year: int


class Book(TypedDict):
    title: str
    author: NotRequired[str]


class Colour(NamedTuple):
    red: int
    green: int
    blue: int


Json = TypeAliasType("Json", "bool | int | float | str | list[Json] | dict[str, Json] | None")
