"""A frozen sample of invented people, as an office tells them: who is shown as possibly the same, and who is not.

The measure on published data is ``make bench``; this only sees that a change of the rules does not go unnoticed.
"""

import datetime as dt
from collections import defaultdict

from portal.core import blocking
from portal.core.matching import Record, score
from portal.core.people import fold

# Whose record it is, then what was told: name, date of birth or year by age, sex, phone, where.
SAMPLE = """
amina    | Amina Wanjiru Kamau      | 1990-03-04 | female | 722000111 | 12 Mill Road, Kisumu 40100
amina    | Kamau Ameena             | 1990-04-03 | female | 722000111 |
amina    | Amina Kamau              | 1990       |        | 722000111 |
grace    | Grace Kamau              | 2015-09-01 | female | 722000111 | 12 Mill Road, Kisumu 40100
peter    | Peter Kamau              | 1988-11-20 | male   | 722000111 | 12 Mill Road, Kisumu 40100
peter    | Kamau P. Njoroge         | 1988-11-20 | male   |           | Mill Rd 12, Kisumu
mohamed  | Mohamed Abdi Farah       | 1979-01-01 | male   | 733222333 |
mohamed  | Muhammad Farah Abdi      | 1979       | male   | 733222333 | Garissa Road
abdi     | Abdi Farah Ali           | 1986-01-01 | male   | 711999000 | Garissa Road
catherine| Catherine Njeri          | 2001-06-15 | female |           | Plot 77, Kibra
catherine| Katherine Njeri          | 2001-06-15 | female |           |
njeri    | Catherine Njeri          | 1968-02-28 | female |           | Nakuru
otieno   | Brian Otieno             | 2010-12-24 | male   | 700123123 |
otieno   | Otieno Bryan             | 2010-12-25 | male   | 700123123 |
khatib   | Omar El Khatib           | 1995-07-07 | male   |           | 4 Harbour Street, Mombasa
khatib   | Elkhatib Omar            | 1995-07-07 |        |           |
siobhan  | Siobhán O'Connell        | 1983-10-30 | female | 791555444 | Flat 3, 18 Canal Street
siobhan  | Siobhan Oconnell         | 1983-10-03 | female |           | 18 Canal St flat 3
senior   | John Mwangi Githinji     | 1955-05-05 | male   | 720444555 | 9 Church Lane, Nyeri
junior   | John Mwangi Githinji     | 1985-08-17 | male   | 720444555 | 9 Church Lane, Nyeri
mary     | Mary Wanjiru             | 1992-02-02 | female |           |
maria    | Mary Wanjiru             | 1975-09-19 | female |           |
marie    | Mary Wanjiru             |            | female |           |
achieng  | Achieng Quillfeather     |            |        |           | behind the market, Homa Bay
achieng  | Quillfeather Acheng      |            | female |           | Homa Bay market
twin     | Faith Chebet Rotich      | 2016-01-09 | female | 715000777 | Kapsabet
other    | Mercy Chepkoech Rotich   | 2016-01-09 | female | 715000777 | Kapsabet
nobody   |                          |            | female | 722000111 | 12 Mill Road, Kisumu 40100
client   |                          | 1990-03-04 |        |           |
"""

# Words that one person in fifty has in their name; the others are as rare as names are.
COMMON = "abdi amina catherine farah grace john kamau mary mohamed mwangi njeri otieno wanjiru"


def _told(line: str) -> tuple[str, Record]:
    who, name, born, sex, phone, where = [part.strip() for part in line.split("|")]
    phones = frozenset({phone} - {""})
    return who, Record(
        names=tuple(fold(name).split()),
        dob=dt.date.fromisoformat(born) if "-" in born else None,
        birth_year=int(born) if born.isdecimal() else None,
        sex=sex or None,
        phones=phones,
        phone_endings=phones,
        address=tuple(fold(where).split()),
    )


def shown() -> set[frozenset[int]]:
    """The pairs of lines of the sample that a person would be asked about."""
    people = dict(enumerate(record for _, record in LINES))
    members = defaultdict(list)
    for number, record in people.items():
        for key in blocking.keys(record):
            members[key].append(number)
    frequency = {word: 0.02 for word in COMMON.split()}
    pairs = {frozenset((one, other)) for one, others in blocking.nearest(members, people).items() for other in others}
    return {pair for pair in pairs if score(*(people[number] for number in pair), frequency).is_likely}


LINES = [_told(line) for line in SAMPLE.strip().splitlines()]


def test_everybody_who_is_in_the_sample_twice_is_shown_and_hardly_anybody_else():
    same = {
        frozenset((one, other))
        for other in range(len(LINES))
        for one in range(other)
        if LINES[one][0] == LINES[other][0]
    }
    found = {tuple(sorted(LINES[number][0] for number in pair)) for pair in shown() - same}
    assert [[LINES[number] for number in sorted(pair)] for pair in same - shown()] == []
    # Twins at one home, and father and son of one name: the question is fair, and is answered once.
    assert found == {("other", "twin"), ("junior", "senior")}
