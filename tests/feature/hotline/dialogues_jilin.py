"""Short conversations where village names repeat: 太平村, thirty-seven times in Jilin."""

from tests.feature.hotline.dialogues import Dialogue, followup, initial

QIANGANG, YONGAN, NONGAN = "220122200212", "220122205204", "220122"
"""Two villages called 太平村 in one county, and the county."""

JILIN_TALKS = (
    Dialogue(
        "own village first",
        (("village", "太平村内涝，转移20人", "前岗乡太平村|20人|有误回"),),
        (initial(QIANGANG, relocated=20),),
    ),
    Dialogue(
        "the county has two and asks",
        (
            ("county", "太平村内涝，转移20人", "哪个太平村？1前岗乡 2永安乡"),
            ("county", "2", "已补|永安乡太平村洪涝|20人"),
        ),
        (initial(YONGAN, relocated=20),),
        totals={"relocated": 20},
    ),
    Dialogue(
        "answered by the town's name",
        (("county", "太平村内涝，转移20人", "哪个太平村"), ("county", "永安乡的", "已补|永安乡太平村")),
        (initial(YONGAN, relocated=20),),
    ),
    Dialogue(
        "answered by the full name",
        (("county", "太平村内涝，转移20人", "哪个太平村"), ("county", "前岗乡太平村", "已补|前岗乡太平村")),
        (initial(QIANGANG, relocated=20),),
    ),
    Dialogue(
        "named with its town nobody asks",
        (("county", "永安乡太平村内涝，转移20人", "永安乡太平村|有误回"),),
        (initial(YONGAN, relocated=20),),
    ),
    Dialogue(
        "the province lists three",
        (
            ("province", "太平村内涝，转移20人", "哪个太平村？1|2|3|回数字或镇名"),
            ("province", "永安乡", "已补|永安乡太平村"),
        ),
        (initial(YONGAN, relocated=20),),
    ),
    Dialogue(
        "filed at once, whoever answers or not",
        (("county", "太平村内涝，死亡1人", "哪个太平村"),),
        (initial(NONGAN, deaths=1),),
    ),
    Dialogue(
        "said a moment ago which",
        (
            ("county", "永安乡太平村内涝，转移20人", "永安乡太平村"),
            ("county", "续报 太平村转移26人", "永安乡太平村|26人|有误回"),
        ),
        (initial(YONGAN, relocated=20), followup(YONGAN, relocated=26)),
        totals={"relocated": 26},
    ),
    Dialogue(
        "none of them",
        (
            ("county", "太平村内涝，转移20人", "哪个太平村"),
            ("county", "都不是", "在哪个村"),
            ("county", "永安乡太平村", "已补|永安乡太平村"),
        ),
        (initial(YONGAN, relocated=20),),
    ),
)
