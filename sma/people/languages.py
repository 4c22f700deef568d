"""The languages that people, programs and sessions are recorded with: one list, so that the two can be compared."""

# BCP 47 tags of languages that clinics in Australia meet often, English on top; any other tag that a record of a
# person brings is kept.
LANGUAGE_WORDS = {
    "en": "English",
    "ar": "Arabic",
    "aer": "Arrernte, Eastern",
    "asf": "Auslan",
    "yue": "Cantonese",
    "prs": "Dari",
    "el": "Greek",
    "hi": "Hindi",
    "it": "Italian",
    "rop": "Kriol",
    "cmn": "Mandarin",
    "ne": "Nepali",
    "pjt": "Pitjantjatjara",
    "pa": "Punjabi",
    "so": "Somali",
    "tl": "Tagalog",
    "ta": "Tamil",
    "tiw": "Tiwi",
    "tcs": "Torres Strait Creole (Yumplatok)",
    "vi": "Vietnamese",
    "wbp": "Warlpiri",
    "djr": "Yolŋu Matha (Djambarrpuyŋu)",
}
