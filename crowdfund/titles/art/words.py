"""Which scene a title asks for: looked for in the words of its name and its line, in four languages."""

from __future__ import annotations

import re
import unicodedata

from crowdfund.titles.art import diced_scene, palette_of
from crowdfund.titles.art.canvas import Dice
from crowdfund.titles.art.colour import PALETTES

# Words are beginnings, without accents: `fischer` finds Fischerin, `flu$` only the whole word. Chinese is found anywhere.
# Where two scenes fit as well, the upper one is drawn.
_WORDS = {
    "reel": "projectionist projector cinema$ cinematograph screening celluloid filmvorfuhr kino$ kinos$ proyecc proyector cine$ "
            "放映 影院 电影院 胶片",
    "oven": "baker bakery bread oven dough flour backer$ backerei backen$ brot ofen mehl panader pan$ horno harina 面包 烤 炉 馒头",
    "radio_ship": "radio broadcast antenna transmitter frequency static$ signal morse funk$ funker rundfunk sender$ emisora antena "
                  "电台 广播 收音机 信号",
    "orchard": "orchard apple pear$ pears$ cherry blossom harvest graft garden obst$ obstgarten apfel birne kirsch garten bluten "
               "huerto manzan cerez jardin cosecha 果园 苹果 樱 桃花 花园 收获",
    "migration": "bird birds wren$ sparrow swallow$ swallows crane$ cranes goose geese feather ornitholog vogel zaunkonig schwalbe "
                 "kranich pajaro pajaros golondrin grulla plumas 鸟 燕 雁 鹤 候鸟 羽",
    "ice_road": "ice$ icy frozen shortcut glacier frost$ eis$ gefroren gletscher eisweg hielo helad glaciar 冰 冻",
    "country_bus": "bus$ buses coach$ hitchhik driv province$ omnibus busfahr autobus provincia carretera 巴士 公交 客车 乡间",
    "kite_field": "kite kites paper$ papier drachen$ cometa papalote papel 风筝 纸鸢",
    "river_moon": "river ferry ferryman boatman raft fluss$ flusse fahrmann fahre$ fahren$ rio$ barquero balsa 江 河 渡 船夫 摆渡",
    "lighthouse": "lighthouse coast cliff island harbour harbor shipwreck leuchtturm kuste klippe insel hafen faro$ costa "
                  "acantilado isla puerto 灯塔 海岸 岛 港",
    "whale": "whale diver dive$ underwater ocean deep$ aquarium fish$ fishes swim rig$ submarine wal$ wale$ taucher unterwasser "
             "ozean tiefsee ballena buzo submarin oceano 鲸 潜水 深海 海底 鱼",
    "wave_pattern": "wave waves storm sea$ seas tide tsunami sailor sturm welle meer$ flut matrose ola$ olas tormenta mar$ marea "
                    "marinero 浪 海 潮 风暴 帆",
    "mountain_train": "train$ trains$ railway railroad carriage station$ locomotive viaduct zug$ zuge eisenbahn waggon bahnhof lokomotive "
                      "tren$ trenes ferrocarril vagon estacion$ 火车 列车 铁路 车站",
    "cello": "violin viola$ cello string$ strings orchestra symphony quartet music musician composer geige bratsche orchester "
             "sinfonie musik komponist violon orquesta sinfonia musica cuarteto 提琴 乐团 交响 音乐 琴",
    "curtain": "theatre theater actress actor opera stage$ singer cabaret circus oper$ buhne sangerin schauspiel zirkus teatro "
               "actriz escenario cantante circo 剧院 戏 舞台 歌剧 演员 马戏",
    "orbit": "space$ orbit planet star$ stars astronaut cosmos galaxy rocket mars$ weltraum sterne rakete espacio$ estrella "
             "planeta astronauta cohete 太空 宇宙 星 火箭 行星",
    "lanterns": "lanterns$ festival temple dynasty pagoda laterne tempel fest$ farol$ farolillo templo fiesta 灯笼 元宵 庙 寺 节 古镇",
    "neon_rain": "neon rain$ rains alley umbrella midnight taxi regen$ gasse schirm mitternacht lluvia callejon paraguas medianoche "
                 "霓虹 雨 巷 伞 午夜",
    "city_night": "city cities town$ skyline rooftop tower metropolis apartment street stadt hochhaus dacher strasse ciudad azotea "
                  "torre calle$ calles 城 楼 街 都市",
    "aurora_cabin": "winter winters snow cabin village aurora school teacher christmas schnee hutte dorf polarlicht schule "
                    "weihnacht invierno nieve cabana pueblo escuela maestr navidad 冬 雪 村 学校 老师",
    "desert_road": "desert road highway cactus motel texas mexico wuste autobahn landstrasse fahrer desierto autopista "
                   "conductor 沙漠 公路 司机 戈壁",
    "forest_light": "forest wood$ woods deer wolf fox$ hunter wild wald reh$ hirsch wolf jager bosque ciervo lobo cazador 森林 鹿 狼 猎",
    "lone_tree": "duel samurai tree$ oak$ revenge swords sword duell baum eiche rache schwert duelo arbol roble venganza espada "
                 "剑 侠 武 树 复仇",
    "balloons": "balloon flight$ flying sky$ pilot airship ballon flug$ fliegen himmel pilot globo vuelo volar cielo 气球 飞 天空",
    "door": "detective murder secret stranger spy$ crime thriller door$ detektiv mord geheim spion fremde krimi tur$ asesin secreto "
            "espia crimen extran puerta 侦探 谋杀 秘密 间谍 门",
    "portrait": "portrait memory dream mother father sister brother girl$ woman$ life$ biography daughter love portrat erinnerung "
                "traum mutter vater schwester leben$ liebe retrato memoria sueno madre padre hermana vida$ amor 梦 记忆 母 父 爱 人生 活",
}  # fmt: skip
# Moods that suit what is drawn: nobody bakes by blue light, or crosses pink ice.
_MOODS = {
    "oven": ("amber", "rose"), "ice_road": ("sky", "teal", "violet"), "orchard": ("pitch", "amber", "rose"),
    "aurora_cabin": ("teal", "violet", "sky"), "whale": ("sky", "teal", "violet"), "desert_road": ("amber", "rose"),
    "radio_ship": ("teal", "violet", "sky"), "country_bus": ("teal", "amber", "sky"), "forest_light": ("pitch", "sky", "teal"),
    "reel": ("violet", "amber", "rose"), "neon_rain": ("rose", "violet", "teal"), "river_moon": ("amber", "violet", "rose"),
}  # fmt: skip


def scene_of(name: str, line: str, kind: str, seed: int) -> str:
    """The scene that the words of a title ask for, those of its name counting twice; where none does, the dice's."""
    if kind != "film":
        return diced_scene(seed, kind)
    in_name, in_line = _hits(name), _hits(line)
    hits = {scene: 2 * in_name[scene] + in_line[scene] for scene in _WORDS}
    best = max(hits, key=lambda scene: hits[scene])
    return best if hits[best] else diced_scene(seed, kind)


def _hits(text: str) -> dict[str, int]:
    """How many words of each scene stand in this text."""
    plain = unicodedata.normalize("NFKD", text.casefold()).replace("ß", "ss")
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    written = re.findall(r"[a-z]+", plain)
    return {scene: sum(_stands(word, plain, written) for word in words.split()) for scene, words in _WORDS.items()}


def _stands(word: str, text: str, written: list[str]) -> bool:
    if not word.isascii():
        return word in text
    whole = word.removesuffix("$")
    return whole in written if whole != word else any(one.startswith(word) for one in written)


def colour_of(scene: str, seed: int) -> str:
    """The key class of a title with this scene: one of the moods that suit it, by the dice."""
    moods = _MOODS.get(scene, tuple(PALETTES))
    return f"key--{moods[Dice(seed ^ 0x5EED).bits() % len(moods)]}" if scene in _MOODS else palette_of(seed)
