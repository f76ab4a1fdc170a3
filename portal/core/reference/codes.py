"""The code lists of the contracts: ``value`` is what goes over the wire, ``label`` what people read.

An installation may rename, sort and add entries; loading again adds what is missing and changes nothing else. Lists
whose codes no contract names (relationships, languages, nationalities …) are left to the installation: a report that
carries such a code keeps it, flagged.
"""

# Contract 000, "Parameter Values".
CONTACT_TYPES = (
    ("1", "Telephone - Personal"),
    ("2", "Telephone - Work"),
    ("3", "Mobile - Personal"),
    ("4", "Email - Personal"),
)
CASE_TYPES = (
    ("64", "Agriculture, animals, food and rural affairs"),
    ("65", "Asylum, immigration and nationality"),
    ("66", "Business, industry and consumers"),
    ("67", "Communities and families"),
    ("68", "Crime, civil law, justice and rights"),
    ("69", "Culture, charities, media and sport"),
    ("70", "Defence"),
    ("80", "Economy and finance"),
    ("81", "Education"),
    ("82", "Employment and training"),
    ("83", "Energy, utilities and environment"),
    ("84", "European Union"),
    ("85", "Health services and medicine"),
    ("86", "Housing and planning"),
    ("87", "International affairs"),
    ("88", "Parliament, government and politics"),
    ("89", "Science and technology"),
    ("90", "Social Security and pensions"),
    ("91", "Social services and social care"),
    ("92", "Transport"),
    ("93", "Party issues"),
    ("94", "Local Government"),
    ("95", "Child Maintenance"),
    ("96", "HMRC"),
    ("1179", "Universal Credit"),
    ("1180", "Bulk correspondence"),
)
CONSTITUENCY_STATUSES = (("1", "For Action"), ("2", "Closed"), ("3", "Waiting Reply"), ("4", "Waiting"))
CATEGORIES = (("1", "Casework"), ("2", "Policy"), ("3", "Campaign"))

# Contracts 001 and 002. The numbers differ between countries; only the first category is called general there.
CASE_CATEGORIES = (
    ("362484", "General"),
    ("362485", "Category 362485"),
    ("362487", "Category 362487"),
    ("362490", "Category 362490"),
)
# Contract 001 calls 361955 "31-45"; a label that comes with a report is kept beside its code and shown instead.
AGE_GROUPS = (
    ("361950", "0-5"),
    ("361951", "6-12"),
    ("361952", "13-17"),
    ("361953", "18-24"),
    ("361954", "25-35"),
    ("361955", "36-50"),
    ("361956", "51+"),
)
SEXES = (("121", "Male"), ("122", "Female"))
LOCATIONS = (("258783", "Location 258783"),)

LISTS: dict[str, tuple[tuple[str, str], ...]] = {
    "contact_type": CONTACT_TYPES,
    "case_type": CASE_TYPES,
    "constituency_status": CONSTITUENCY_STATUSES,
    "category": CATEGORIES,
    "case_category": CASE_CATEGORIES,
    "age_group": AGE_GROUPS,
    "sex": SEXES,
    "location": LOCATIONS,
}
CLOSED = frozenset({("constituency_status", "2")})
