"""The words that generated cases are made of: names and sentences, plainly invented."""

GIVEN_NAMES = (
    "Amara Anouk Arjun Asha Aziz Beatriz Bilal Carmen Chidi Dalia Dmitri Elif Emeka Esther Farid Fatou Freya Goran "
    "Hana Hugo Imani Ines Ivan Jalil Jana Joao Kaito Kamala Kwame Laila Lars Leila Li Lucia Luka Maja Malik Mariam "
    "Marta Mei Milan Mina Moses Nadia Naomi Nikhil Nora Olga Omar Otto Pablo Pia Rafa Rania Rosa Ruth Sami Sanaa Sefa "
    "Sina Sofia Suren Tala Tariq Tessa Tiago Uma Vera Viktor Wei Xenia Yara Yusra Zainab Zoran"
).split()
FAMILY_NAMES = (
    "Abara Adeyemi Alvarez Andersson Antonov Bah Bakker Bauer Bello Bianchi Boateng Campos Castro Chanda Chen Costa "
    "Danjuma Demir Diallo Dias Dubois Eriksen Fofana Fontaine Garang Ghali Gomes Haddad Hansen Hassan Horvat Ibrahim "
    "Ito Jansen Jimoh Juma Kamau Kaya Keita Khan Kimani Kovac Kowalska Lema Lindgren Lopez Maina Mansour Marin Mbeki "
    "Mehta Mensah Moreau Mwangi Nabwire Ndlovu Nguyen Novak Nowak Obi Ochieng Okafor Okello Olsen Park Patel Pereira "
    "Petrov Rahman Ramos Rossi Saleh Santos Sato Schmidt Sesay Silva Simko Tanaka Toure Tran Vargas Weber Yilmaz Zulu"
).split()

# By vertical: what a case is about, and how it was told.
MATTERS = {
    "CONSTITUENCY": (
        ("Damp in a council flat", "The bedroom wall is black with mould and the council does not answer.", "86"),
        ("Waiting for a residence permit", "The application has been with the office for fourteen months.", "65"),
        ("Benefit stopped without notice", "The payment did not come this month and nobody can say why.", "90"),
        ("School place too far away", "The nearest school with a place is two buses away.", "81"),
        ("Bus service withdrawn", "The last bus now leaves before the late shift ends.", "92"),
        ("Noise from a building site", "They begin at five in the morning, also on Sundays.", "94"),
        ("Delayed hospital appointment", "The operation was put off for the third time.", "85"),
        ("Child maintenance not paid", "Nothing has arrived since spring.", "95"),
    ),
    "HELPLINE": (
        ("Child not sent to school", "The caller says the girl minds her brothers all day.", "362484"),
        ("Shouting and blows next door", "It happens most evenings; tonight it was worse.", "362485"),
        ("Asks where to find shelter", "She has a bag and two children and cannot go back tonight.", "362487"),
        ("Worried about a classmate", "The boy comes to school hungry and hides his arms.", "362490"),
        ("Question about a birth certificate", "The clinic asks for one and the family never had it.", "362485"),
        ("Needs somebody to talk to", "She has not slept since the funeral.", "362484"),
        ("Early marriage planned", "The wedding is set for next month; the girl is fourteen.", "362487"),
        ("Work in a quarry", "Three children break stones there instead of going to school.", "362490"),
    ),
    "CORRESPONDENCE": (
        ("Fee asked for twice", "I paid in May and have the receipt.", None),
        ("Wrong name on a letter", "The name on your letter is that of my late father.", None),
        ("Question about opening hours", "The door was closed on Tuesday although the sign says open.", None),
        ("Complaint about a form", "The form asks for a number that I do not have.", None),
        ("Thanks and a further question", "Your answer helped; one thing is still unclear to me.", None),
        ("Document not received", "The copy that you sent has not arrived.", None),
    ),
}
INBOUND = (
    "Is there any news about this?",
    "Thank you. I can come on Thursday after four.",
    "I have sent the letter that you asked for.",
    "Please do not ring in the morning; I work nights.",
    "Nothing has changed since we spoke.",
    "It is a little better, but the main thing is still open.",
)
OUTBOUND = (
    "Thank you for writing. We have asked and will tell you as soon as there is an answer.",
    "Could you send us a copy of the decision?",
    "We have an appointment for you next week. Is that possible?",
    "The office has answered; the letter is on its way to you.",
    "Please tell us if anything changes at home.",
)
NOTES = (
    "Rang, nobody answered. Try again in the afternoon.",
    "Asked the other office; they answer within ten days.",
    "Prefers letters to calls.",
    "Papers are complete now.",
    "To be discussed on Monday.",
)
PLANS = ("Ask the office in charge and write back.", "Call again next week.", "Visit together.", "Wait for the papers.")
