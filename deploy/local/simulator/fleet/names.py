"""Names to invent people from. Some carry accents, since real directories do and not every vendor copes."""

from __future__ import annotations

# Written as text, since a list of five hundred quoted words reads worse.

_FIRST = """
    Aaliyah Aaron Abigail Adam Adebayo Aisha Alan Alexandra Alice Amir Amelia Andrew Angela Anita
    Anthony Anya Arjun Ava Barbara Ben Beatriz Bethan Brian Bridget Callum Carmen Caroline Catherine
    Charlotte Chidi Chloë Christopher Claire Colin Connor Daisy Daniel David Deborah Dev Dominic Edward
    Eilidh Eleanor Elena Emeka Emily Emma Esther Ethan Eva Faisal Fatima Femi Finn Florence Frances
    Freya Gareth George Georgia Grace Hannah Harriet Harry Hassan Helen Henry Huw Ibrahim Imogen Inès
    Isaac Isla Jack Jacob Jade Jamal James Jasmine Jessica Joan Joel John José Joseph Joyce Julia Kamal
    Karen Kate Kenneth Kieran Kofi Laura Leah Leon Lewis Lily Linda Louis Lucy Luke Maeve Malik Marcus
    Maria Mark Martha Matthew Maya Megan Meera Michael Miriam Mohammed Nadia Naomi Nathan Niamh Nicola
    Noah Nora Oliver Olivia Oscar Owen Patricia Paul Peter Phoebe Rachel Rahul Rebecca René Rhys Robert
    Rosa Rosie Ruby Ryan Saira Sam Sandra Sara Scott Sean Shanice Siân Simon Sofia Sophie Stella Stephen
    Susan Tariq Theo Thomas Tiana Tobias Uche Victor Victoria Wai Wendy William Yasmin Yusuf Zainab Zara
    Zoë
"""

_LAST = """
    Abbott Abdi Adams Adeyemi Ahmed Akhtar Ali Allen Anderson Andrews Armstrong Asante Atkins Bailey
    Baker Banerjee Barker Barnes Begum Bell Bennett Berry Boateng Bond Booth Bradley Brennan Brooks
    Brown Bryant Burke Burton Butler Byrne Cameron Campbell Carr Carter Chambers Chan Chapman Chen Clark
    Cole Coleman Collins Cook Cooper Costa Cox Cruz Cunningham Dale Davies Dawson Day Dean Demir Dhillon
    Dixon Douglas Doyle Duncan Edwards Elliott Ellis Evans Farah Fernandes Fisher Fletcher Foster Fox
    Francis Fraser Freeman Gallagher Garcia Gibson Gill Gordon Graham Grant Gray Green Griffiths Hall
    Hamilton Harper Harris Harrison Hart Harvey Hassan Hayes Henderson Higgins Hill Holmes Hossain
    Howard Hudson Hughes Hunt Hussain Ibrahim Islam Jackson James Jenkins Johnson Jones Joshi Kaur Kelly
    Kennedy Khan King Knight Kumar Lane Lawson Lee Lewis Li Lloyd Lopez Lowe Lynch Mahmood Malik
    Marshall Martin Mason Matthews McCarthy McDonald Mensah Miah Miller Mills Mitchell Moore Morgan
    Morris Müller Murphy Murray Musa Nash Newman Nguyen Nowak O'Brien O'Connor Okafor Okonkwo Oliver
    Owen Palmer Parker Patel Pearson Pereira Perry Peters Phillips Porter Powell Price Quinn Rahman Read
    Reid Reynolds Richards Riley Roberts Robinson Rose Ross Russell Ryan Saunders Scott Shah Sharma Shaw
    Silva Simpson Singh Smith Spencer Stevens Stewart Stone Sullivan Taylor Thomas Thompson Turner
    Walker Wallace Walsh Ward Watson Webb West White Williams Wilson Wood Wright Yeboah Yilmaz Young
"""

FIRST_NAMES = tuple(_FIRST.split())
LAST_NAMES = tuple(_LAST.split())
TITLES = (
    "Police constable",
    "Police constable",
    "Police constable",
    "Detective constable",
    "Police sergeant",
    "Detective sergeant",
    "Inspector",
    "Community support officer",
    "Crime analyst",
    "Caseworker",
    "Administrator",
)
