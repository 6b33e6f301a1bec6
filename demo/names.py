"""Given and family names from many places, kept in their own lists so that a name sounds like somebody.

The pairs are drawn at random; none stands for a real person.
"""

ORIGINS: dict[str, tuple[list[str], list[str]]] = {
    "british": (
        [
            "Alice",
            "Beth",
            "Callum",
            "Eleanor",
            "George",
            "Hannah",
            "Isla",
            "Jack",
            "Megan",
            "Oliver",
            "Rosie",
            "Tom",
        ],
        ["Ashworth", "Bell", "Ellery", "Fairbairn", "Hartley", "Marlow", "Pemberton", "Thornley", "Whitlock"],
    ),
    "irish": (
        ["Aoife", "Ciara", "Declan", "Niamh", "Oisín"],
        ["Doyle", "Gallagher", "Kinsella", "Ní Bhriain"],
    ),
    "welsh": (["Angharad", "Cerys", "Gethin", "Rhys"], ["Bevan", "Llewelyn", "Prosser"]),
    "nigerian": (
        ["Adaeze", "Chidi", "Folake", "Ngozi", "Tunde", "Yetunde"],
        ["Adeyemi", "Balogun", "Eze", "Nwosu", "Okafor"],
    ),
    "ghanaian": (["Abena", "Akosua", "Kofi", "Kwame"], ["Asante", "Boateng", "Mensah", "Owusu"]),
    "kenyan": (["Achieng", "Kamau", "Wanjiru"], ["Kariuki", "Mwangi", "Odhiambo"]),
    "somali": (["Abdi", "Hodan", "Ifrah"], ["Farah", "Jama", "Warsame"]),
    "indian": (
        ["Aarav", "Anjali", "Deepa", "Kavya", "Meera", "Rohan", "Sunil", "Vikram"],
        ["Banerjee", "Desai", "Iyer", "Menon", "Nair", "Reddy", "Shetty"],
    ),
    "pakistani": (["Ayesha", "Bilal", "Hamza", "Sana", "Zainab"], ["Akhtar", "Chaudhry", "Malik", "Qureshi"]),
    "bangladeshi": (["Farhana", "Nasrin", "Rafiq"], ["Chowdhury", "Miah", "Uddin"]),
    "sri lankan": (["Dilani", "Kumari", "Ruwan"], ["Fernando", "Perera", "Wickramasinghe"]),
    "filipino": (
        ["Angelo", "Jasmine", "Marisol", "Rommel"],
        ["Bautista", "Dela Cruz", "Santos", "Villanueva"],
    ),
    "chinese": (["Jun", "Mei", "Xin", "Yan"], ["Chen", "Lin", "Zhao", "Zhou"]),
    "japanese": (["Hana", "Kenji", "Yuki"], ["Mori", "Suzuki", "Takeda"]),
    "korean": (["Ji-woo", "Min-jun", "Seo-yeon"], ["Choi", "Kang", "Yoon"]),
    "vietnamese": (["Linh", "Minh", "Thảo"], ["Đặng", "Nguyễn", "Trần"]),
    "polish": (["Agnieszka", "Kasia", "Piotr", "Wojciech"], ["Kowalczyk", "Lewandowski", "Zielińska"]),
    "romanian": (["Andreea", "Ionuț", "Ștefania"], ["Dumitrescu", "Munteanu", "Popa"]),
    "greek": (["Eleni", "Nikos", "Sofia"], ["Georgiou", "Papadakis", "Vlachos"]),
    "italian": (["Chiara", "Giulia", "Matteo"], ["Bianchi", "Ferraro", "Marchetti"]),
    "spanish": (["Álvaro", "Lucía", "Nerea"], ["Ibáñez", "Molina", "Serrano"]),
    "portuguese": (["Inês", "João", "Mafalda"], ["Carvalho", "Figueiredo", "Teixeira"]),
    "french": (
        ["Amélie", "Camille", "Élise", "Jérôme", "Mathieu", "Océane"],
        ["Bonnet", "Delacroix", "Fournier", "Lefèvre", "Marchand"],
    ),
    "german": (["Anke", "Jonas", "Katrin"], ["Brandt", "Krüger", "Vogel"]),
    "turkish": (["Aylin", "Emre", "Zeynep"], ["Demir", "Şahin", "Yıldız"]),
    "iranian": (["Leila", "Navid", "Shirin"], ["Ahmadi", "Hosseini", "Rostami"]),
    "arab": (["Huda", "Karim", "Samira", "Yusuf"], ["Al-Masri", "Aziz", "Haddad", "Mansour"]),
    "jewish": (["Miriam", "Noa", "Reuben"], ["Abrams", "Levy", "Rosen"]),
    "caribbean": (["Dionne", "Leroy", "Shanice", "Winston"], ["Baptiste", "Campbell", "Clarke", "Francis"]),
    "brazilian": (["Beatriz", "Caio", "Thaís"], ["Almeida", "Barbosa", "Moreira"]),
    "ukrainian": (["Bohdan", "Iryna", "Oksana"], ["Bondarenko", "Kovalenko", "Shevchuk"]),
    "zimbabwean": (["Rudo", "Tapiwa", "Tendai"], ["Chikowore", "Moyo", "Ndlovu"]),
}
