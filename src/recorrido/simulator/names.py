"""Names common in Chile; every person made of them is invented."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words(
    """
    Sofía Martina Florencia Valentina Isidora Agustina Catalina Antonia Emilia Josefa Fernanda Camila
    Javiera Constanza Daniela Carolina Paula Claudia Marcela Francisca Ignacia Rocío Pamela Ximena
    Lorena Benjamín Vicente Martín Matías Joaquín Agustín Tomás Cristóbal Sebastián Diego Felipe Nicolás
    Francisco Rodrigo Cristián Claudio Mauricio Álvaro Gonzalo Ignacio Pablo Esteban Raúl Héctor Sergio
    """
)
FAMILY = _words(
    """
    González Muñoz Rojas Díaz Pérez Soto Contreras Silva Martínez Sepúlveda Morales Rodríguez López
    Fuentes Hernández Torres Araya Flores Espinoza Valenzuela Castillo Tapia Reyes Gutiérrez Castro
    Pizarro Álvarez Vásquez Sánchez Fernández Ramírez Carrasco Gómez Cortés Herrera Núñez Jara Vergara
    Rivera Figueroa Riquelme García Miranda Bravo Vera Molina Vega Campos Sandoval Orellana Cárdenas
    Olivares Alarcón Gallardo Ortiz Garrido Salazar Guzmán Henríquez Saavedra Navarro Aguilera Parra
    Romero Aravena Vargas Vidal Lagos Leiva Maldonado Bustos Escobar Palma Poblete
    """
)
